import 'server-only'

/** Receives text and reasoning separately. */
export interface ThinkSink {
  text(text: string): void
  reasoning(text: string): void
  /** All text so far turned out to be reasoning. */
  reclassify(): void
}

/*
 * The Harmony format of gpt-oss, where its server passes it on: `<|channel|>analysis<|message|>…<|end|>`, then
 * `<|start|>assistant<|channel|>final<|message|>…<|return|>`. https://cookbook.openai.com/articles/openai-harmony
 */

/** Longer role or channel names make it text, as does more white space before a marker. */
const MAX_NAME = 200
const MAX_SPACE = 64
/** In UTF-16 units. */
const MAX_BOUNDARY = 1000
const ends = ['<|end|>', '<|return|>', '<|call|>']

/** Author and recipient; each may be incomplete. */
const role = /[\w.:-]*(?: t(?:o(?:=[^<\s]*)?)?)?\s*/y
const name = /[^<]*/y
const space = /\s*/y

/** The header of a message, including the end of the previous message. */
interface Boundary {
  length: number
  kind: 'text' | 'reasoning'
}

/** The boundary at the start of a text: `partial` when more text may complete one, null when none can follow. */
export function boundaryAt(text: string): Boundary | 'partial' | null {
  const cursor = new Cursor(text)
  if (ends.some((end) => cursor.skip(end))) cursor.read(space, MAX_SPACE)
  const started = cursor.skip('<|start|>')
  const author = started ? cursor.read(role) : ''
  const channel = cursor.skip('<|channel|>') ? cursor.read(name) : ''
  if (cursor.skip('<|constrain|>')) cursor.read(name)
  const complete = cursor.skip('<|message|>') && (started || channel !== '')
  if (complete) return { length: cursor.at, kind: kindOf(channel, author) }
  return cursor.ranOut ? 'partial' : null
}

/** A message to a tool counts as reasoning. The tool's name follows the role or the channel. */
function kindOf(channel: string, author: string): Boundary['kind'] {
  const isForTool = channel.includes('to=') || (channel.startsWith('commentary') && author.includes(' to='))
  return channel.startsWith('analysis') || isForTool ? 'reasoning' : 'text'
}

/** Reads markers and names from a text that may be incomplete. */
class Cursor {
  at = 0
  /** The text ended within a marker. */
  ranOut = false
  #failed = false

  constructor(readonly text: string) {}

  skip(marker: string): boolean {
    if (this.ranOut || this.#failed) return false
    if (this.text.startsWith(marker, this.at)) {
      this.at += marker.length
      return true
    }
    const rest = this.text.slice(this.at, this.at + marker.length)
    if (marker.startsWith(rest)) this.ranOut = true
    return false
  }

  read(pattern: RegExp, maxLength = MAX_NAME): string {
    pattern.lastIndex = this.at
    const [found = ''] = pattern.exec(this.text) ?? []
    this.at += found.length
    this.#failed ||= found.length > maxLength
    return found.trim()
  }
}

/** Splits Harmony's channels into text and reasoning, however its markers are divided. Starts at the first header. */
export class HarmonySplitter {
  readonly #sink: Pick<ThinkSink, 'text' | 'reasoning'>
  #kind: Boundary['kind'] = 'text'
  #held = ''
  /** The kind that was emitted last, and whether a new message starts. */
  #lastKind: Boundary['kind'] | null = null
  #isNewMessage = true
  /** The number of backticks at the end of the text, and whether a code fence is open. */
  #ticks = 0
  #fenced = false

  constructor(sink: Pick<ThinkSink, 'text' | 'reasoning'>) {
    this.#sink = sink
  }

  split(piece: string): void {
    const text = this.#held + piece
    this.#held = ''
    let emitted = 0
    for (let from = 0; ; ) {
      const at = text.indexOf('<', from)
      if (at === -1) break
      const boundary = boundaryAt(text.slice(at, at + MAX_BOUNDARY))
      if (boundary === 'partial') {
        this.#emit(text.slice(emitted, at))
        this.#held = text.slice(at)
        return
      }
      from = at + 1
      if (boundary === null) continue
      this.#emit(text.slice(emitted, at))
      emitted = at
      from = at + boundary.length
      if (this.#isQuoted) continue
      emitted = from
      this.#startMessage(boundary.kind)
    }
    this.#emit(text.slice(emitted))
  }

  /** Drops an incomplete marker at the end, and emits everything else. */
  end(): void {
    const held = this.#held
    this.#held = ''
    if (!/^<\|(?:start|channel|end|return|call)\|>/.test(held)) this.#emit(held)
  }

  /** Text may show markers as code. */
  get #isQuoted(): boolean {
    return this.#kind === 'text' && (this.#fenced || this.#ticks === 1 || this.#ticks === 2)
  }

  #startMessage(kind: Boundary['kind']): void {
    this.#kind = kind
    this.#isNewMessage = true
    this.#ticks = 0
    this.#fenced = false
  }

  #emit(text: string): void {
    if (text === '') return
    const separator = this.#isNewMessage && this.#lastKind === this.#kind ? '\n\n' : ''
    this.#isNewMessage = false
    this.#lastKind = this.#kind
    this.#sink[this.#kind](separator + text)
    for (const character of this.#kind === 'text' ? text : '') {
      this.#ticks = character === '`' ? this.#ticks + 1 : 0
      if (this.#ticks === 3) this.#fenced = !this.#fenced
    }
  }
}
