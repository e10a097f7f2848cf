import 'server-only'

export type TextKind = 'text' | 'reasoning'
type Emit = (kind: TextKind, piece: string) => void

const opening = '<think>'
const closing = '</think>'
/** More blank space than this at the start is text, not a wait for a tag. */
const longestLead = 64

/**
 * Tells reasoning that a model writes between `<think>` and `</think>` from its answer, however the tags are split.
 * Only at the start of an answer, where models put it: further down, the tag is something the answer is talking about.
 * The tags and the line breaks right after them are marks, not words, and go to neither side.
 */
export class ThinkSplitter {
  #state: 'start' | 'thinking' | 'text' = 'start'
  #held = ''
  #afterTag = false

  split(piece: string, emit: Emit): void {
    if (this.#state === 'text') {
      emit('text', piece)
      return
    }
    const text = this.#held + piece
    this.#held = ''
    if (this.#state === 'start') this.#decide(text, emit)
    else this.#think(text, emit)
  }

  /** Gives out what was held back in wait for the rest of a tag. */
  end(emit: Emit): void {
    const held = this.#held
    this.#held = ''
    const words = this.#afterTag ? withoutLeadingBreaks(held) : held
    if (words !== '') emit(this.#state === 'thinking' ? 'reasoning' : 'text', words)
  }

  #decide(text: string, emit: Emit): void {
    const words = text.trimStart()
    if (words.startsWith(opening)) {
      this.#state = 'thinking'
      this.#afterTag = true
      this.#think(words.slice(opening.length), emit)
    } else if (opening.startsWith(words) && text.length - words.length <= longestLead) {
      this.#held = text
    } else {
      this.#state = 'text'
      emit('text', this.#afterTag ? withoutLeadingBreaks(text) : text)
    }
  }

  #think(text: string, emit: Emit): void {
    const words = this.#afterTag ? withoutLeadingBreaks(text) : text
    if (words === '') return
    this.#afterTag = false
    const end = words.indexOf(closing)
    if (end === -1) {
      const whole = words.length - tagStartAtEnd(words)
      this.#held = words.slice(whole)
      if (whole > 0) emit('reasoning', words.slice(0, whole))
      return
    }
    if (end > 0) emit('reasoning', words.slice(0, end))
    this.#state = 'start'
    this.#afterTag = true
    this.#decide(words.slice(end + closing.length), emit)
  }
}

function withoutLeadingBreaks(text: string): string {
  return text.replace(/^[\r\n]+/, '')
}

/** How many characters at the end could be the start of the closing tag. */
function tagStartAtEnd(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(closing.slice(0, length))) return length
  }
  return 0
}
