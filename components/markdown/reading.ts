import { MarkdownDocument } from './parse/document'

/** In characters. What is mounted in one frame at most, so that a burst leaves the page in motion. */
const mostInFrame = 2400
/** What arrives in pieces up to this is shown as it arrives. */
const word = 48
/** In milliseconds. What has arrived is shown at the latest after so long, if a frame can bear it. */
const mostLag = 110
/** In milliseconds. Reading a long text from the start is cut into pieces this long. */
const slice = 8
const readAtOnce = 16_384

/** What a document depends on of the page it is shown in. */
export interface Surroundings {
  /** Calls back before the next frame, or soon when there are none; returns how to call it off. */
  frame(run: () => void): () => void
  /** Whether text is to be shown as it comes, without being spread over frames. */
  still(): boolean
  now(): number
}

/**
 * Reads a reply's text into its document as it grows: a burst is spread over the frames that follow, a text that is
 * there from the start is read in slices.
 */
export class Reading {
  document = new MarkdownDocument()
  /** Changes whenever there is something new to show. */
  stamp = 0
  private text = ''
  private given = 0
  private ended = false
  /** It was long when it was opened, and is being read as a whole. */
  private isStored = false
  private readonly arrivals: { length: number; at: number }[] = []
  private readonly listeners = new Set<() => void>()
  private cancel: (() => void) | null = null

  constructor(private readonly surroundings: Surroundings) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly version = (): number => this.stamp

  /** The text as it is now, and whether there will be more. Returns whether it is long, and there from the start. */
  update(text: string, growing: boolean): boolean {
    const same = text.length === this.text.length
    if (same && this.ended === !growing) return false
    const continues =
      !this.document.finished && text.length >= this.given && text.startsWith(this.text.slice(0, this.given))
    const begins = this.text === ''
    const shown = continues ? 0 : this.restart(text)
    // What was there before the person looked is not written before their eyes again.
    const isStored = begins && text.length > mostInFrame
    if (isStored) this.isStored = true
    this.text = text
    this.ended = !growing
    if (shown > 0) this.give(shown)
    this.arrivals.push({ length: text.length, at: this.surroundings.now() })
    if (!this.cancel) this.go()
    return isStored
  }

  /** Stops what waits for a frame. */
  pause(): void {
    this.cancel?.()
    this.cancel = null
  }

  /** Begins anew, and says how much of the text has been shown already: a finished reply may go on. */
  private restart(text: string): number {
    const shown = text.startsWith(this.text) ? this.given : 0
    this.document = new MarkdownDocument()
    this.given = 0
    this.arrivals.length = 0
    return shown
  }

  private readonly go = (): void => {
    this.cancel = null
    if (this.isStored) this.readStored()
    else this.give(this.given + this.share())
    const isWhole = this.given === this.text.length
    if (isWhole && this.ended) this.document.finish()
    if (!this.isStored || isWhole) this.tell()
    if (isWhole) this.isStored = false
    else this.cancel = this.surroundings.frame(this.go)
  }

  /** How much of what waits is shown in this frame. */
  private share(): number {
    const waiting = this.text.length - this.given
    if (this.ended || waiting <= word || this.surroundings.still()) return Math.min(waiting, mostInFrame)
    const due = this.surroundings.now() - mostLag
    while (this.arrivals[1] && this.arrivals[1].at <= due) this.arrivals.shift()
    const [first] = this.arrivals
    const late = first && first.at <= due ? first.length - this.given : 0
    return Math.min(Math.max(word, Math.ceil(waiting / 4), late), waiting, mostInFrame)
  }

  private readStored(): void {
    const until = this.surroundings.now() + slice
    while (this.given < this.text.length && this.surroundings.now() < until) this.give(this.given + readAtOnce)
  }

  private give(until: number): void {
    const code = this.text.charCodeAt(until - 1)
    // A pair of surrogates is one character.
    const end = Math.min(this.text.length, code >= 0xd800 && code < 0xdc00 ? until + 1 : until)
    this.document.append(this.text.slice(this.given, end))
    this.given = end
  }

  private tell(): void {
    this.stamp++
    for (const listener of this.listeners) listener()
  }
}

/** The page that the document is shown in. */
export const page: Surroundings = {
  frame(run) {
    if (document.hidden) {
      const timer = setTimeout(run, 100)
      return () => clearTimeout(timer)
    }
    const frame = requestAnimationFrame(run)
    return () => cancelAnimationFrame(frame)
  },
  still: () => document.hidden || globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches === true,
  now: () => performance.now(),
}
