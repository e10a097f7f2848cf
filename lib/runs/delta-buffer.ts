import 'server-only'
import type { GenerationEvent } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'

type Arrival = Extract<GenerationEvent, { type: 'delta' | 'reasoning' | 'thought' | 'reclassify' }>

/** What has arrived of a reply and waits to be told: the text joined, and after thoughts how long they took. Times in epoch ms. */
export class Arrivals {
  #events: Arrival[] = []
  /** Where what arrives first begins, earlier by what it goes on with has taken before; null once something has arrived. */
  #begins: number | null
  /** Where the first thoughts begin. */
  readonly #first: number
  /** When the model began to think, while it does. */
  #thinkingSince: number | null = null
  /** How much text has come, in UTF-16 units. */
  #text = 0

  /** The first thoughts have been waited for since the generation's start. `before` is what the message holds already. */
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

  /** All text so far was reasoning, which may go on. */
  reclassify(): void {
    if (this.#text === 0) return
    this.#events.push({ type: 'reclassify', data: { length: this.#text } })
    this.#text = 0
    this.#thinkingSince = this.#first
  }

  /** No more is thought, for now or for good. */
  endThought(now: number): void {
    if (this.#thinkingSince === null) return
    this.#events.push({ type: 'thought', data: { ms: now - this.#thinkingSince } })
    this.#thinkingSince = null
  }

  take(): Arrival[] {
    const events = this.#events
    this.#events = []
    return events
  }
}
