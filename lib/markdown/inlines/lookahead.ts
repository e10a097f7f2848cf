const backticks = /`+/g
const space = /\s/g
const dollars = /\\[\s\S]|\$/g

/** Finds marks ahead in a text that is parsed from left to right; each search continues where the last one ended. */
export class Lookahead {
  private readonly next = new Map<string, number>()
  private runs: Map<number, number[]> | null = null
  private space = -1
  private dollars: number[] | null = null

  constructor(private readonly text: string) {}

  /** The next position of a mark at or after `from`; Infinity when there is none. */
  find(mark: string, from: number): number {
    const known = this.next.get(mark)
    if (known !== undefined && known >= from) return known
    const at = this.text.indexOf(mark, from)
    const found = at < 0 ? Number.POSITIVE_INFINITY : at
    this.next.set(mark, found)
    return found
  }

  /** The next unescaped dollar sign; Infinity when there is none. */
  findDollar(from: number): number {
    this.dollars ??= dollarsIn(this.text)
    while ((this.dollars.at(-1) ?? from) < from) this.dollars.pop()
    return this.dollars.at(-1) ?? Number.POSITIVE_INFINITY
  }

  /** The number of dollar signs in a row from a position on. */
  dollarsAt(at: number): number {
    let length = 0
    while (this.text[at + length] === '$') length++
    return length
  }

  /** The next white space, or the end of the text. */
  findSpace(from: number): number {
    if (this.space < from) {
      space.lastIndex = from
      this.space = space.exec(this.text)?.index ?? this.text.length
    }
    return this.space
  }

  /** The next run of exactly `length` backticks. */
  findBackticks(length: number, from: number): number {
    this.runs ??= backtickRuns(this.text)
    const positions = this.runs.get(length)
    while (positions?.length && (positions.at(-1) ?? from) < from) positions.pop()
    return positions?.at(-1) ?? Number.POSITIVE_INFINITY
  }
}

/** Positions of backtick runs by length, the first one last. */
function backtickRuns(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>()
  for (const { index, 0: run } of text.matchAll(backticks)) {
    const positions = runs.get(run.length)
    if (positions) positions.push(index)
    else runs.set(run.length, [index])
  }
  for (const positions of runs.values()) positions.reverse()
  return runs
}

/** Positions of unescaped dollar signs, the first one last. */
function dollarsIn(text: string): number[] {
  const positions: number[] = []
  for (const { index, 0: found } of text.matchAll(dollars)) if (found === '$') positions.push(index)
  return positions.reverse()
}
