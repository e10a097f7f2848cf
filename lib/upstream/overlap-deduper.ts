import 'server-only'
import type { CompletionSink } from './connection'

/** A repetition shorter than this may be meant. */
const leastRepeated = 20
/** How far back a repetition may begin, and so the most that is ever held back. In UTF-16 units, as the other. */
const mostRepeated = 4000

type JointSink = Pick<CompletionSink, 'text' | 'repeated' | 'reclassify'>

/**
 * Where a continued answer joins what was there before. Models that are asked to go on often repeat the last words
 * first: such a repetition is left out, if it is at least 20 characters long, ends exactly where the earlier text ends,
 * and begins at a place that cannot be mistaken. Anything else is given on as it is.
 * With `whole`, the text is known to begin with all that was there before, which is left out when it does.
 */
export class Joint {
  readonly #tail: string
  readonly #sink: JointSink
  readonly #whole: boolean
  /** What is left out if the text begins with it; '' for nothing, null while that is not known. */
  #repeated: string | null
  #held = ''
  #open = true

  constructor(before: string, sink: JointSink, { whole = false } = {}) {
    this.#tail = before.slice(-mostRepeated)
    this.#whole = whole
    this.#repeated = whole ? before : null
    this.#sink = sink
  }

  /** What has come was reasoning: the text begins with what comes next. */
  reclassify(): void {
    if (this.#open) this.#close(0)
    this.#sink.reclassify?.()
    this.#open = true
    if (!this.#whole) this.#repeated = null
  }

  take(text: string): void {
    if (!this.#open) {
      this.#sink.text(text)
      return
    }
    this.#held += text
    this.#repeated ??= this.#repetition()
    const repeated = this.#repeated
    if (repeated === null || (this.#held.length < repeated.length && repeated.startsWith(this.#held))) return
    this.#close(this.#held.startsWith(repeated) ? repeated.length : 0)
  }

  /**
   * No more comes. A repetition that was `cut` before its end is left out too: it would stand there twice for good, and
   * who goes on once more gets what is missing.
   */
  end({ cut = false } = {}): void {
    if (!this.#open) return
    const known = this.#repeated !== null
    this.#close(this.#whole || (cut && known) ? this.#held.length : 0)
  }

  /** Nothing has come, or nothing that was given on. */
  get untouched(): boolean {
    return this.#open && this.#held === ''
  }

  #close(from: number): void {
    this.#open = false
    // What a server gives back of what it was given was not written again.
    if (from > 0 && !this.#whole) this.#sink.repeated?.(this.#held.slice(0, from))
    if (this.#held.length > from) this.#sink.text(this.#held.slice(from))
    this.#held = ''
  }

  #repetition(): string | null {
    const anchor = this.#held.slice(0, leastRepeated)
    const at = this.#tail.indexOf(anchor)
    if (at < 0 || at > this.#tail.length - leastRepeated) return ''
    if (anchor.length < leastRepeated) return null
    return this.#tail.includes(anchor, at + 1) ? '' : this.#tail.slice(at)
  }
}
