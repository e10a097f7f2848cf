/** Three levels of chunks are enough for any reply, so an entry never moves to another chunk. */
export const TOP_LEVEL = 2

/** How many entries make a chunk: as many as can be rendered in a few milliseconds. */
export const CHUNK_SIZES = { blocks: 8, items: 32, rows: 32, lines: 64 }

/**
 * A list that grows at its end, in chunks of chunks. A chunk's version changes whenever something in it does, so
 * rendering visits only chunks with a new version, however long the list is.
 */
export class ChunkedList<Entry> {
  readonly entries: Entry[] = []
  private readonly versions: number[][] = [[], [], []]

  /** `size` is the number of entries per chunk. */
  constructor(readonly size: number) {}

  get length(): number {
    return this.entries.length
  }

  push(entry: Entry, version: number): void {
    this.entries.push(entry)
    this.touch(this.entries.length - 1, version)
  }

  pop(version: number): void {
    this.touch(this.entries.length - 1, version)
    this.entries.pop()
    let count = this.entries.length
    for (const versions of this.versions) {
      count = Math.ceil(count / this.size)
      versions.length = count
    }
  }

  touch(index: number, version: number): void {
    if (index >= this.entries.length) return
    let at = index
    for (const versions of this.versions) {
      at = Math.floor(at / this.size)
      versions[at] = version
    }
  }

  /** The number of chunks on a level; those of level 0 hold entries. */
  chunks(level: number): number {
    return this.versions[level]?.length ?? 0
  }

  versionOf(level: number, chunk: number): number {
    return this.versions[level]?.[chunk] ?? 0
  }

  /** Whether nothing more will be added to a chunk. */
  isFull(level: number, chunk: number): boolean {
    return this.entries.length > (chunk + 1) * this.size ** (level + 1)
  }
}
