const backticks = /`+/g
const space = /\s/g
const dollars = /\\[\s\S]|\$/g

/** Looks for what comes later in a text that is read from its left, each time from where the last search ended. */
export class Lookahead {
  private readonly next = new Map<string, number>()
  private runs: Map<number, number[]> | null = null
  private space = -1
  private dollars: number[] | null = null

  constructor(private readonly text: string) {}

  /** Where a mark stands next, at `from` or after; Infinity when it does not. */
  find(mark: string, from: number): number {
    const known = this.next.get(mark)
    if (known !== undefined && known >= from) return known
    const at = this.text.indexOf(mark, from)
    const found = at < 0 ? Number.POSITIVE_INFINITY : at
    this.next.set(mark, found)
    return found
  }

  /** Where the next dollar sign without a backslash before it is; Infinity when there is none. */
  findDollar(from: number): number {
    this.dollars ??= dollarsIn(this.text)
    while ((this.dollars.at(-1) ?? from) < from) this.dollars.pop()
    return this.dollars.at(-1) ?? Number.POSITIVE_INFINITY
  }

  /** How many dollar signs stand together from a place on. */
  dollarsAt(at: number): number {
    let length = 0
    while (this.text[at + length] === '$') length++
    return length
  }

  /** Where the next space is, or the end. */
  findSpace(from: number): number {
    if (this.space < from) {
      space.lastIndex = from
      this.space = space.exec(this.text)?.index ?? this.text.length
    }
    return this.space
  }

  /** Where the next run of just so many backticks begins. */
  findBackticks(length: number, from: number): number {
    this.runs ??= backtickRuns(this.text)
    const places = this.runs.get(length)
    while (places?.length && (places.at(-1) ?? from) < from) places.pop()
    return places?.at(-1) ?? Number.POSITIVE_INFINITY
  }
}

/** The runs of backticks by their length, the first last. */
function backtickRuns(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>()
  for (const { index, 0: run } of text.matchAll(backticks)) {
    const places = runs.get(run.length)
    if (places) places.push(index)
    else runs.set(run.length, [index])
  }
  for (const places of runs.values()) places.reverse()
  return runs
}

/** The dollar signs of a text that no backslash stands before, the first last. */
function dollarsIn(text: string): number[] {
  const places: number[] = []
  for (const { index, 0: found } of text.matchAll(dollars)) if (found === '$') places.push(index)
  return places.reverse()
}
