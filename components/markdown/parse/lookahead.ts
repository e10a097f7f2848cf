const backticks = /`+/g

/** Looks for what comes later in a text that is read from its left, each time from where the last search ended. */
export class Lookahead {
  private readonly next = new Map<string, number>()
  private runs: Map<number, number[]> | null = null

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
