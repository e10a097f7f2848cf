/** Chunks of entries, chunks of those, and chunks of those: enough for any answer, so no entry ever changes its place. */
export const topLevel = 2

/** How many make a chunk: as many as are shown in a few milliseconds. */
export const chunkSizes = { blocks: 8, items: 32, rows: 32, lines: 64 }

/**
 * A list that grows at its end, in chunks of chunks. Each chunk has a stamp that changes whenever something in it does:
 * who shows the list looks only into what has a new stamp, however long the list is.
 */
export class Growing<Entry> {
  readonly entries: Entry[] = []
  private readonly stamps: number[][] = [[], [], []]

  /** `size` is how many make a chunk. */
  constructor(readonly size: number) {}

  get length(): number {
    return this.entries.length
  }

  push(entry: Entry, stamp: number): void {
    this.entries.push(entry)
    this.touch(this.entries.length - 1, stamp)
  }

  pop(stamp: number): void {
    this.touch(this.entries.length - 1, stamp)
    this.entries.pop()
    let count = this.entries.length
    for (const stamps of this.stamps) {
      count = Math.ceil(count / this.size)
      stamps.length = count
    }
  }

  touch(place: number, stamp: number): void {
    if (place >= this.entries.length) return
    let at = place
    for (const stamps of this.stamps) {
      at = Math.floor(at / this.size)
      stamps[at] = stamp
    }
  }

  /** How many chunks of a level there are; those of level 0 hold entries. */
  chunks(level: number): number {
    return this.stamps[level]?.length ?? 0
  }

  stampOf(level: number, chunk: number): number {
    return this.stamps[level]?.[chunk] ?? 0
  }

  /** Whether a chunk will hold no more than it does. */
  isFull(level: number, chunk: number): boolean {
    return this.entries.length > (chunk + 1) * this.size ** (level + 1)
  }
}
