/** A line while it is parsed: blocks consume their markers from its start, and what is left is text. */
export class Line {
  offset = 0
  /** The column of `offset`; a tab advances to the next multiple of four. */
  column = 0
  /** A part of the tab at `offset` has been consumed. */
  private insideTab = false
  /** The offset and the column of the next character that is neither a space nor a tab. */
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
  /** The line from its next character that is neither a space nor a tab. */
  get content(): string {
    return this.text.slice(this.nonspace)
  }

  /** The line from `offset`, with the columns left of a tab that was partly consumed. */
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

  /** Skips one space, or one column of a tab, after a marker. */
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
