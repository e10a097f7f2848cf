/** How many entries make a chunk; so many chunks make a chunk of chunks. */
export const chunkSize = 32

/**
 * A list that grows at its end, in chunks. Each chunk, and each chunk of chunks, has a stamp that changes whenever
 * something in it does: who shows the list looks only into what has a new stamp, however long the list is.
 */
export class Growing<Entry> {
  readonly entries: Entry[] = []
  private readonly stamps: number[] = []
  private readonly groupStamps: number[] = []

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
    this.stamps.length = Math.ceil(this.entries.length / chunkSize)
    this.groupStamps.length = Math.ceil(this.stamps.length / chunkSize)
  }

  replaceLast(entry: Entry, stamp: number): void {
    this.entries[this.entries.length - 1] = entry
    this.touch(this.entries.length - 1, stamp)
  }

  touch(place: number, stamp: number): void {
    if (place >= this.entries.length) return
    const chunk = Math.floor(place / chunkSize)
    this.stamps[chunk] = stamp
    this.groupStamps[Math.floor(chunk / chunkSize)] = stamp
  }

  /** The number of chunks of entries (level 0), or of chunks of chunks (level 1). */
  chunks(level: 0 | 1): number {
    return (level === 0 ? this.stamps : this.groupStamps).length
  }

  stampOf(level: 0 | 1, chunk: number): number {
    return (level === 0 ? this.stamps : this.groupStamps)[chunk] ?? 0
  }
}
