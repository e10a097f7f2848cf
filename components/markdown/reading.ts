import type { Growth } from '@/lib/client/state/growth'
import { MarkdownDocument } from '@/lib/markdown/document'
import { isPrinting } from './offscreen/paper'

/** In characters. What a frame is given at the least, however slow it is, and at the most. */
const leastInFrame = 400
const mostInFrame = 2400
/** In milliseconds. A frame that took longer bore too much. */
const longFrame = 25
/** In frames. More than fits into so many is a flood, which is not written out before the person's eyes. */
const patience = 8
/** In characters. What arrives in pieces up to this is shown as it arrives; up to the other one, if it flows. */
const word = 48
const line = 160
/** In milliseconds. Text that comes more often than this flows. */
const flow = 60
/** In milliseconds. What has arrived is shown at the latest after so long, if a frame can bear it. */
const mostLag = 110
/** In milliseconds. Reading much text at once is cut into pieces this long. */
const slice = 8
const readAtOnce = 16_384
/** In characters. A line that is so long holds a picture, and little of it is looked at. */
const longLine = 1_048_576

/** What a document depends on of the page it is shown in. */
export interface Surroundings {
  /** Calls back before the next frame, or soon when there are none; returns how to call it off. */
  frame(run: () => void): () => void
  /** Nobody sees the page. */
  hidden(): boolean
  /** Whether text is to be shown as it comes, without being spread over frames. */
  still(): boolean
  now(): number
  /** Whether all of the text has to be there at once. */
  printing(): boolean
}

/**
 * Reads a reply's text into its document as it grows. A burst is spread over the frames that follow, as much in each as
 * the last ones have borne. A flood, or a text that is long when it is first shown, is read in slices of time.
 */
export class Reading {
  document = new MarkdownDocument()
  /** Changes whenever there is something new to show. */
  stamp = 0
  private text = ''
  /** The end of the text, which the document has not been given. */
  private waiting = ''
  private ended = false
  /** It was long when it was opened, and is being read as a whole. */
  private isStored = false
  private inFrame = mostInFrame / 2
  /** When this was last done with a frame and asked for the next; 0 when it did not ask. */
  private askedAt = 0
  private arrivedAt = 0
  private flows = false
  private readonly arrivals: { length: number; at: number }[] = []
  private readonly listeners = new Set<() => void>()
  private cancel: (() => void) | null = null

  /** `onFlood` is called when more is about to be told than can be shown at once. */
  constructor(
    private readonly surroundings: Surroundings,
    private readonly onFlood: () => void,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly version = (): number => this.stamp

  /** The text as it is now, and whether there will be more. `growth` is what it has grown by, where that is known. */
  update(text: string, growing: boolean, growth?: Growth): void {
    if (text.length === this.text.length && this.ended === !growing) return
    // What was there before the person looked is not written before their eyes.
    if (this.text === '' && text.length > mostInFrame) this.isStored = true
    this.take(text, growth)
    this.ended = !growing
    const now = this.surroundings.now()
    this.flows = now - this.arrivedAt < flow
    this.arrivedAt = now
    if (this.waiting !== '') this.arrivals.push({ length: text.length, at: now })
    if (!this.cancel) this.go()
  }

  /** Shows all that has arrived, without waiting for a frame. */
  readonly showAll = (): void => {
    if (this.waiting === '') return
    this.pause()
    this.go()
  }

  /** Stops what waits for a frame. */
  pause(): void {
    this.cancel?.()
    this.cancel = null
  }

  private take(text: string, growth: Growth | undefined): void {
    const before = this.text
    this.text = text
    const isKnown = growth?.from === before.length && text.length === before.length + growth.text.length
    if (isKnown) this.waiting += growth.text
    else if (text.startsWith(before)) this.waiting += text.slice(before.length)
    else {
      this.document = new MarkdownDocument()
      this.waiting = text
      this.arrivals.length = 0
    }
  }

  private readonly go = (): void => {
    this.cancel = null
    this.learn()
    if (this.surroundings.printing()) this.give(this.waiting.length)
    else if (this.isStored || this.isFlood()) this.giveForATime()
    else this.give(this.share())
    const isWhole = this.waiting === ''
    if (isWhole) this.arrivals.length = 0
    if (isWhole && this.ended) this.document.finish()
    if (!this.isStored || isWhole) this.tell()
    if (isWhole) this.isStored = false
    else this.cancel = this.surroundings.frame(this.go)
    this.askedAt = isWhole ? 0 : this.surroundings.now()
  }

  /** Learns from the time between two frames in a row what one of them can bear. */
  private learn(): void {
    if (this.askedAt === 0) return
    const isLong = this.surroundings.now() - this.askedAt > longFrame
    this.askedAt = 0
    this.inFrame = isLong ? Math.max(leastInFrame, this.inFrame * 0.6) : Math.min(mostInFrame, this.inFrame * 1.2)
  }

  private isFlood(): boolean {
    return this.surroundings.hidden() || this.waiting.length > patience * this.inFrame
  }

  /** How much of what waits is shown in this frame. */
  private share(): number {
    const waiting = this.waiting.length
    const most = Math.min(waiting, Math.ceil(this.inFrame))
    if (this.ended || waiting <= (this.flows ? line : word) || this.surroundings.still()) return most
    const due = this.surroundings.now() - mostLag
    while (this.arrivals[1] && this.arrivals[1].at <= due) this.arrivals.shift()
    const [first] = this.arrivals
    const late = first && first.at <= due ? first.length - (this.text.length - waiting) : 0
    return Math.min(Math.max(word, Math.ceil(waiting / 4), late), most)
  }

  private giveForATime(): void {
    const until = this.surroundings.now() + slice
    while (this.waiting !== '' && this.surroundings.now() < until) this.give(this.piece())
    this.onFlood()
  }

  /** How much is read in one go: more of a line that is far longer than any text. */
  private piece(): number {
    const end = this.waiting.indexOf('\n')
    const line = end < 0 ? this.waiting.length : end
    return Math.min(Math.max(readAtOnce, line), longLine)
  }

  private give(length: number): void {
    if (length <= 0) return
    const code = this.waiting.charCodeAt(length - 1)
    // A pair of surrogates is one character.
    const end = code >= 0xd800 && code < 0xdc00 ? length + 1 : length
    const given = this.waiting.slice(0, end)
    this.waiting = this.waiting.slice(end)
    this.document.append(given)
  }

  private tell(): void {
    this.stamp++
    for (const listener of this.listeners) listener()
  }
}

/** The page that the document is shown in. */
export const page: Surroundings = {
  frame(run) {
    const listening = new AbortController()
    let cancel = () => {}
    const once = () => {
      listening.abort()
      run()
    }
    // A page that is hidden has no frames: what waits for one would freeze there, and flood on return.
    const schedule = () => {
      cancel()
      const handle = document.hidden ? setTimeout(once, 100) : requestAnimationFrame(once)
      cancel = document.hidden ? () => clearTimeout(handle) : () => cancelAnimationFrame(Number(handle))
    }
    document.addEventListener('visibilitychange', schedule, { signal: listening.signal })
    schedule()
    return () => {
      listening.abort()
      cancel()
    }
  },
  hidden: () => document.hidden,
  still: () => globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches === true,
  now: () => performance.now(),
  printing: isPrinting,
}
