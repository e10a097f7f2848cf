/** A line that is being read from its left: containers take their marks off it, what is left is text. */
export class Line {
  offset = 0
  /** The column of `offset`, where a tab goes on to the next multiple of four. */
  column = 0
  /** The columns of a tab at `offset` that have been taken already. */
  private insideTab = false
  /** Where the next character that is no space is, and how many columns away. */
  nonspace = 0
  nonspaceColumn = 0

  constructor(
    readonly text: string,
    readonly number: number,
  ) {
    this.findNonspace()
  }

  get indent(): number {
    return this.nonspaceColumn - this.column
  }
  get isIndented(): boolean {
    return this.indent >= 4
  }
  get isBlank(): boolean {
    return this.nonspace >= this.text.length
  }
  /** The rest of the line from its first character that is no space. */
  get content(): string {
    return this.text.slice(this.nonspace)
  }

  /** What remains of the line, with the columns left of a tab that was taken in part. */
  remaining(): string {
    if (!this.insideTab) return this.text.slice(this.offset)
    return ' '.repeat(4 - (this.column % 4)) + this.text.slice(this.offset + 1)
  }

  skipIndent(): void {
    this.offset = this.nonspace
    this.column = this.nonspaceColumn
    this.insideTab = false
  }

  skipToEnd(): void {
    this.advance(this.text.length - this.offset)
  }

  advance(characters: number): void {
    for (let left = characters; left > 0 && this.offset < this.text.length; left--) {
      this.column += this.text[this.offset] === '\t' ? 4 - (this.column % 4) : 1
      this.offset++
      this.insideTab = false
    }
    this.findNonspace()
  }

  advanceColumns(columns: number): void {
    for (let left = columns; left > 0 && this.offset < this.text.length; ) {
      const width = this.text[this.offset] === '\t' ? 4 - (this.column % 4) : 1
      const taken = Math.min(width, left)
      this.column += taken
      left -= taken
      this.insideTab = taken < width
      if (!this.insideTab) this.offset++
    }
    this.findNonspace()
  }

  /** One space, or one column of a tab, after the mark of a container. */
  skipSpace(): void {
    const character = this.text[this.offset]
    if (character === ' ' || character === '\t') this.advanceColumns(1)
  }

  save(): { offset: number; column: number; insideTab: boolean } {
    return { offset: this.offset, column: this.column, insideTab: this.insideTab }
  }

  restore({ offset, column, insideTab }: ReturnType<Line['save']>): void {
    this.offset = offset
    this.column = column
    this.insideTab = insideTab
    this.findNonspace()
  }

  private findNonspace(): void {
    let at = this.offset
    let column = this.column
    for (; at < this.text.length; at++) {
      const character = this.text[at]
      if (character === ' ') column++
      else if (character === '\t') column += 4 - (column % 4)
      else break
    }
    this.nonspace = at
    this.nonspaceColumn = column
  }
}
