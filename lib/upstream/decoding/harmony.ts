import 'server-only'
/** Where the two kinds of words go. */
export interface ThinkSink {
  text(words: string): void
  reasoning(words: string): void
  /** All text so far was reasoning. */
  reclassify(): void
}

/*
 * What gpt-oss writes where its server does not read it: `<|channel|>analysis<|message|>…<|end|>`, then
 * `<|start|>assistant<|channel|>final<|message|>…<|return|>`. https://cookbook.openai.com/articles/openai-harmony
 */

/** Longer names of roles and channels are text, and so is a mark behind more white space. */
const longestName = 200
const longestSpace = 64
/** A boundary is shorter, in UTF-16 units. */
const longestBoundary = 1000
const ends = ['<|end|>', '<|return|>', '<|call|>']

/** Who writes, and to whom; each part may not be all there yet. */
const role = /[\w.:-]*(?: t(?:o(?:=[^<\s]*)?)?)?\s*/y
const name = /[^<]*/y
const space = /\s*/y

/** A header of a message, with the end of the message before it. */
interface Boundary {
  length: number
  kind: 'text' | 'reasoning'
}

/** The boundary at the start of a text: `partial` when more of the text may make one, null when nothing can. */
export function boundaryAt(text: string): Boundary | 'partial' | null {
  const cursor = new Cursor(text)
  if (ends.some((end) => cursor.take(end))) cursor.read(space, longestSpace)
  const started = cursor.take('<|start|>')
  const writer = started ? cursor.read(role) : ''
  const channel = cursor.take('<|channel|>') ? cursor.read(name) : ''
  if (cursor.take('<|constrain|>')) cursor.read(name)
  const complete = cursor.take('<|message|>') && (started || channel !== '')
  if (complete) return { length: cursor.at, kind: kindOf(channel, writer) }
  return cursor.ranOut ? 'partial' : null
}

/** What is written to a tool is not for the reader. Its name stands behind the role or the channel. */
function kindOf(channel: string, writer: string): Boundary['kind'] {
  const isForTool = channel.includes('to=') || (channel.startsWith('commentary') && writer.includes(' to='))
  return channel.startsWith('analysis') || isForTool ? 'reasoning' : 'text'
}

/** Reads marks and names from a text that may not be all there. */
class Cursor {
  at = 0
  /** The text ended where more could have followed. */
  ranOut = false
  #failed = false

  constructor(readonly text: string) {}

  take(mark: string): boolean {
    if (this.ranOut || this.#failed) return false
    if (this.text.startsWith(mark, this.at)) {
      this.at += mark.length
      return true
    }
    const rest = this.text.slice(this.at, this.at + mark.length)
    if (mark.startsWith(rest)) this.ranOut = true
    return false
  }

  read(pattern: RegExp, longest = longestName): string {
    pattern.lastIndex = this.at
    const [found = ''] = pattern.exec(this.text) ?? []
    this.at += found.length
    this.#failed ||= found.length > longest
    return found.trim()
  }
}

/** Tells the channels of Harmony apart, however their marks are split. It begins at the first header. */
export class HarmonySplitter {
  readonly #sink: Pick<ThinkSink, 'text' | 'reasoning'>
  #kind: Boundary['kind'] = 'text'
  #held = ''
  /** What the last words went to, and whether a new message begins. */
  #told: Boundary['kind'] | null = null
  #begins = true
  /** Backticks at the end of the text so far, and whether a fence of them is open. */
  #ticks = 0
  #fenced = false

  constructor(sink: Pick<ThinkSink, 'text' | 'reasoning'>) {
    this.#sink = sink
  }

  split(piece: string): void {
    const words = this.#held + piece
    this.#held = ''
    let given = 0
    for (let from = 0; ; ) {
      const at = words.indexOf('<', from)
      if (at === -1) break
      const boundary = boundaryAt(words.slice(at, at + longestBoundary))
      if (boundary === 'partial') {
        this.#give(words.slice(given, at))
        this.#held = words.slice(at)
        return
      }
      from = at + 1
      if (boundary === null) continue
      this.#give(words.slice(given, at))
      given = at
      from = at + boundary.length
      if (this.#isQuoted) continue
      given = from
      this.#begin(boundary.kind)
    }
    this.#give(words.slice(given))
  }

  /** Drops a mark that was begun at the end, and gives out what may be text. */
  end(): void {
    const held = this.#held
    this.#held = ''
    if (!/^<\|(?:start|channel|end|return|call)\|>/.test(held)) this.#give(held)
  }

  /** Text may show such marks, as code. */
  get #isQuoted(): boolean {
    return this.#kind === 'text' && (this.#fenced || this.#ticks === 1 || this.#ticks === 2)
  }

  #begin(kind: Boundary['kind']): void {
    this.#kind = kind
    this.#begins = true
    this.#ticks = 0
    this.#fenced = false
  }

  #give(words: string): void {
    if (words === '') return
    const between = this.#begins && this.#told === this.#kind ? '\n\n' : ''
    this.#begins = false
    this.#told = this.#kind
    this.#sink[this.#kind](between + words)
    for (const character of this.#kind === 'text' ? words : '') {
      this.#ticks = character === '`' ? this.#ticks + 1 : 0
      if (this.#ticks === 3) this.#fenced = !this.#fenced
    }
  }
}
