import 'server-only'
import type { GenerationEvent } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'

type Buffered = Extract<GenerationEvent, { type: 'delta' | 'reasoning' | 'thought' | 'reclassify' }>

/** Joins the deltas of a reply until the next flush, and measures how long its thoughts took. Times in epoch milliseconds. */
export class DeltaBuffer {
  #events: Buffered[] = []
  /** When the first delta's time begins, earlier by what a continued thought took before; null once a delta has arrived. */
  #begins: number | null
  /** When the first thoughts begin. */
  readonly #first: number
  /** When the model began to think; null while it doesn't. */
  #thinkingSince: number | null = null
  /** How much text has arrived, in UTF-16 units. */
  #text = 0

  /** Counts the first thoughts from the start of the generation. `before` is what the message holds already. */
  constructor(startedAt: number, before: Part[]) {
    const last = before.at(-1)
    this.#first = startedAt - (last?.type === 'reasoning' ? (last.ms ?? 0) : 0)
    this.#begins = this.#first
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  add(type: 'delta' | 'reasoning', text: string, now: number): void {
    if (type === 'reasoning') this.#thinkingSince ??= this.#begins ?? now
    else {
      this.endThought(now)
      this.#text += text.length
    }
    this.#begins = null
    const last = this.#events.at(-1)
    if (last?.type === type) last.data.text += text
    else this.#events.push({ type, data: { text } })
  }

  /** All text so far was reasoning, and more may follow. */
  reclassify(): void {
    if (this.#text === 0) return
    this.#events.push({ type: 'reclassify', data: { length: this.#text } })
    this.#text = 0
    this.#thinkingSince = this.#first
  }

  /** The model thinks no more, for now or for good. */
  endThought(now: number): void {
    if (this.#thinkingSince === null) return
    this.#events.push({ type: 'thought', data: { ms: now - this.#thinkingSince } })
    this.#thinkingSince = null
  }

  /** The buffered events, in order. Empties the buffer. */
  drain(): Buffered[] {
    const events = this.#events
    this.#events = []
    return events
  }
}
