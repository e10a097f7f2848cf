import 'server-only'
import type { CompletionSink } from './connection'

/** A shorter repetition may be intended. In UTF-16 units. */
const MIN_OVERLAP = 20
/** How far back a repetition may start, and so the most text that is held back. In UTF-16 units. */
const MAX_OVERLAP = 4000

type OverlapSink = Pick<CompletionSink, 'text' | 'repeated' | 'reclassify'>

/**
 * Drops the repetition at the start of a continued reply: models often repeat the last words first. A repetition is at
 * least 20 characters long, ends exactly where the earlier text ends, and starts at a place that is unique in it.
 * Everything else passes. With `whole`, the server echoes all of the earlier text, which is dropped.
 */
export class OverlapDeduper {
  readonly #tail: string
  readonly #sink: OverlapSink
  readonly #whole: boolean
  /** Text to drop if the continuation starts with it; '' for none, null while undecided. */
  #overlap: string | null
  #held = ''
  #open = true

  constructor(before: string, sink: OverlapSink, { whole = false } = {}) {
    this.#tail = before.slice(-MAX_OVERLAP)
    this.#whole = whole
    this.#overlap = whole ? before : null
    this.#sink = sink
  }

  /** All text so far was reasoning: the continuation starts with the next text. */
  reclassify(): void {
    if (this.#open) this.#close(0)
    this.#sink.reclassify?.()
    this.#open = true
    if (!this.#whole) this.#overlap = null
  }

  add(text: string): void {
    if (!this.#open) {
      this.#sink.text(text)
      return
    }
    this.#held += text
    this.#overlap ??= this.#findOverlap()
    const overlap = this.#overlap
    if (overlap === null || (this.#held.length < overlap.length && overlap.startsWith(this.#held))) return
    this.#close(this.#held.startsWith(overlap) ? overlap.length : 0)
  }

  /** Ends the text. A repetition that was `cut` is dropped too: continuing again brings the rest. */
  end({ cut = false } = {}): void {
    if (!this.#open) return
    const isRepeating = this.#overlap !== null
    this.#close(this.#whole || (cut && isRepeating) ? this.#held.length : 0)
  }

  /** Nothing has arrived. */
  get isUntouched(): boolean {
    return this.#open && this.#held === ''
  }

  #close(from: number): void {
    this.#open = false
    // An echo by the server was not generated, so it isn't reported.
    if (from > 0 && !this.#whole) this.#sink.repeated?.(this.#held.slice(0, from))
    if (this.#held.length > from) this.#sink.text(this.#held.slice(from))
    this.#held = ''
  }

  #findOverlap(): string | null {
    const anchor = this.#held.slice(0, MIN_OVERLAP)
    const at = this.#tail.indexOf(anchor)
    if (at < 0 || at > this.#tail.length - MIN_OVERLAP) return ''
    if (anchor.length < MIN_OVERLAP) return null
    return this.#tail.includes(anchor, at + 1) ? '' : this.#tail.slice(at)
  }
}
