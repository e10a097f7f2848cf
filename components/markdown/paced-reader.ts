import type { Growth } from '@/lib/client/state/growth'
import { MarkdownDocument } from '@/lib/markdown/document'
import {
  READING_BURST_CHARACTERS,
  READING_FLOOD_FRAMES,
  READING_FLOW_CHARACTERS,
  READING_FLOW_GAP_MS,
  READING_HIDDEN_INTERVAL_MS,
  READING_LONG_FRAME_MS,
  READING_MAX_FRAME_CHARACTERS,
  READING_MAX_LAG_MS,
  READING_MIN_FRAME_CHARACTERS,
  READING_SLICE_MS,
} from '@/lib/protocol/pacing'
import { isPrinting } from './offscreen/printing'

/** How much is parsed between two looks at the clock. */
const PIECE_CHARACTERS = 16_384
/** A longer line is parsed in one piece up to this length: it holds an image, which costs little to parse. */
const MAX_PIECE_CHARACTERS = 1_048_576

/** What pacing depends on, so that tests can drive frames and the clock. */
export interface ReaderEnvironment {
  /** Calls back before the next frame, or after a while where there are none; returns a function that cancels. */
  requestFrame(run: () => void): () => void
  isHidden(): boolean
  /** Whether text is shown as it arrives instead of being spread over frames. */
  prefersReducedMotion(): boolean
  /** In milliseconds, from any origin. */
  now(): number
  isPrinting(): boolean
}

/**
 * Feeds a reply's text to its document as it grows. A burst is spread over the next frames, each with as much as the
 * last ones could bear. A flood, or a text that is long when it is first shown, is parsed in slices of time.
 */
export class PacedReader {
  document = new MarkdownDocument()
  /** Changes whenever there is something new to render. */
  version = 0
  private text = ''
  /** The end of the text, which the document doesn't have yet. */
  private pending = ''
  private ended = false
  /** The text was long when it was opened, and is rendered once it is parsed as a whole. */
  private isStored = false
  private charactersPerFrame = READING_MAX_FRAME_CHARACTERS / 2
  /** When the next frame was requested; 0 when none was. */
  private requestedAt = 0
  private arrivedAt = 0
  private isFlowing = false
  private readonly arrivals: { length: number; at: number }[] = []
  private readonly listeners = new Set<() => void>()
  private cancelFrame: (() => void) | null = null

  /** `onFlood` is called when listeners are about to be notified of more than can be rendered at once. */
  constructor(
    private readonly environment: ReaderEnvironment,
    private readonly onFlood: () => void,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getVersion = (): number => this.version

  /** The current text, and whether more will come. `growth` is what was added, where that is known. */
  update(text: string, growing: boolean, growth?: Growth): void {
    if (text.length === this.text.length && this.ended === !growing) return
    if (this.text === '' && text.length > READING_MAX_FRAME_CHARACTERS) this.isStored = true
    this.receive(text, growth)
    this.ended = !growing
    const now = this.environment.now()
    this.isFlowing = now - this.arrivedAt < READING_FLOW_GAP_MS
    this.arrivedAt = now
    if (this.pending !== '') this.arrivals.push({ length: text.length, at: now })
    if (!this.cancelFrame) this.flush()
  }

  /** Parses and renders everything that has arrived, without waiting for a frame. */
  readonly flushAll = (): void => {
    if (this.pending === '') return
    this.pause()
    this.flush()
  }

  /** Cancels the frame that was requested. */
  pause(): void {
    this.cancelFrame?.()
    this.cancelFrame = null
  }

  private receive(text: string, growth: Growth | undefined): void {
    const before = this.text
    this.text = text
    const isKnown = growth?.from === before.length && text.length === before.length + growth.text.length
    if (isKnown) this.pending += growth.text
    else if (text.startsWith(before)) this.pending += text.slice(before.length)
    else {
      this.document = new MarkdownDocument()
      this.pending = text
      this.arrivals.length = 0
    }
  }

  private readonly flush = (): void => {
    this.cancelFrame = null
    this.adaptToLastFrame()
    if (this.environment.isPrinting()) this.feed(this.pending.length)
    else if (this.isStored || this.isFlood()) this.feedForSlice()
    else this.feed(this.lengthForFrame())
    const isComplete = this.pending === ''
    if (isComplete) this.arrivals.length = 0
    if (isComplete && this.ended) this.document.finish()
    if (!this.isStored || isComplete) this.notify()
    if (isComplete) this.isStored = false
    else this.cancelFrame = this.environment.requestFrame(this.flush)
    this.requestedAt = isComplete ? 0 : this.environment.now()
  }

  /** Adjusts the amount per frame by how long the last frame took. */
  private adaptToLastFrame(): void {
    if (this.requestedAt === 0) return
    const wasLong = this.environment.now() - this.requestedAt > READING_LONG_FRAME_MS
    this.requestedAt = 0
    this.charactersPerFrame = wasLong
      ? Math.max(READING_MIN_FRAME_CHARACTERS, this.charactersPerFrame * 0.6)
      : Math.min(READING_MAX_FRAME_CHARACTERS, this.charactersPerFrame * 1.2)
  }

  private isFlood(): boolean {
    return this.environment.isHidden() || this.pending.length > READING_FLOOD_FRAMES * this.charactersPerFrame
  }

  /** How many pending characters this frame renders. */
  private lengthForFrame(): number {
    const pending = this.pending.length
    const most = Math.min(pending, Math.ceil(this.charactersPerFrame))
    const atOnce = this.isFlowing ? READING_FLOW_CHARACTERS : READING_BURST_CHARACTERS
    if (this.ended || pending <= atOnce || this.environment.prefersReducedMotion()) return most
    return Math.min(Math.max(READING_BURST_CHARACTERS, Math.ceil(pending / 4), this.overdueLength()), most)
  }

  /** How many pending characters arrived longer ago than text may lag. */
  private overdueLength(): number {
    const due = this.environment.now() - READING_MAX_LAG_MS
    while (this.arrivals[1] && this.arrivals[1].at <= due) this.arrivals.shift()
    const [first] = this.arrivals
    return first && first.at <= due ? first.length - (this.text.length - this.pending.length) : 0
  }

  private feedForSlice(): void {
    const until = this.environment.now() + READING_SLICE_MS
    while (this.pending !== '' && this.environment.now() < until) this.feed(this.pieceLength())
    this.onFlood()
  }

  private pieceLength(): number {
    const lineEnd = this.pending.indexOf('\n')
    const lineLength = lineEnd < 0 ? this.pending.length : lineEnd
    return Math.min(Math.max(PIECE_CHARACTERS, lineLength), MAX_PIECE_CHARACTERS)
  }

  private feed(length: number): void {
    if (length <= 0) return
    const code = this.pending.charCodeAt(length - 1)
    // Never split a surrogate pair.
    const end = code >= 0xd800 && code < 0xdc00 ? length + 1 : length
    const text = this.pending.slice(0, end)
    this.pending = this.pending.slice(end)
    this.document.append(text)
  }

  private notify(): void {
    this.version++
    for (const listener of this.listeners) listener()
  }
}

/** The page's own frames, clock and settings. */
export const pageEnvironment: ReaderEnvironment = {
  requestFrame(run) {
    const listening = new AbortController()
    let cancel = () => {}
    const once = () => {
      listening.abort()
      run()
    }
    // A hidden page has no frames: text that waited for one would freeze, and flood in when the page is shown.
    const schedule = () => {
      cancel()
      const handle = document.hidden ? setTimeout(once, READING_HIDDEN_INTERVAL_MS) : requestAnimationFrame(once)
      cancel = document.hidden ? () => clearTimeout(handle) : () => cancelAnimationFrame(Number(handle))
    }
    document.addEventListener('visibilitychange', schedule, { signal: listening.signal })
    schedule()
    return () => {
      listening.abort()
      cancel()
    }
  },
  isHidden: () => document.hidden,
  prefersReducedMotion: () => globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches === true,
  now: () => performance.now(),
  isPrinting,
}
