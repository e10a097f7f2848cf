import { newStamp } from '../parse/document'
import type { Code } from '../parse/tree'
import type { GrammarState, Painter, Token } from './highlighter'

/** In milliseconds: what colouring may take at once. */
const slice = 4

/** The colours of a piece of code, line by line. A line is coloured when it is finished, and never again. */
export class Painting {
  private readonly lines: Token[][] = []
  private state: GrammarState | undefined = undefined
  private timer: ReturnType<typeof setTimeout> | null = null
  private unfinished: { text: string; tokens: Token[] } | null = null

  constructor(
    private readonly code: Code,
    private readonly painter: Painter,
    private readonly changed: () => void,
  ) {}

  /** Colours what is finished, for as long as that holds nothing up; the rest follows by itself. */
  paint(growing: boolean): void {
    const { lines } = this.code
    const finished = growing ? lines.length - 1 : lines.length
    const until = performance.now() + slice
    while (this.lines.length < finished && performance.now() < until) {
      const { tokens, after } = this.painter(lines.entries[this.lines.length] ?? '', this.state)
      this.state = after
      lines.touch(this.lines.length, newStamp())
      this.lines.push(tokens)
    }
    if (this.lines.length >= finished || this.timer) return
    this.timer = setTimeout(() => {
      this.timer = null
      this.changed()
    })
  }

  /** What a line is made of; null while it has no colours. */
  tokensOf(place: number, text: string): Token[] | null {
    const known = this.lines[place]
    if (known || place !== this.lines.length || place !== this.code.lines.length - 1) return known ?? null
    if (this.unfinished?.text !== text) this.unfinished = { text, tokens: this.painter(text, this.state).tokens }
    return this.unfinished.tokens
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
  }
}
