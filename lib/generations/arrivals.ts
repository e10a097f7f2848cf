import 'server-only'
import type { GenerationEvent } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'

type Arrival = Extract<GenerationEvent, { type: 'delta' | 'reasoning' | 'thought' }>

/** What has arrived of a reply and waits to be told: the text joined, and after thoughts how long they took. Times in epoch ms. */
export class Arrivals {
  #events: Arrival[] = []
  /** Where what arrives first begins, earlier by what it goes on with has taken before; null once something has arrived. */
  #begins: number | null
  /** When the model began to think, while it does. */
  #thinkingSince: number | null = null

  /** The first thoughts have been waited for since the generation's start. `before` is what the message holds already. */
  constructor(startedAt: number, before: Part[]) {
    const last = before.at(-1)
    this.#begins = startedAt - (last?.type === 'reasoning' ? (last.ms ?? 0) : 0)
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  add(type: 'delta' | 'reasoning', text: string, now: number): void {
    if (type === 'reasoning') this.#thinkingSince ??= this.#begins ?? now
    else this.endThought(now)
    this.#begins = null
    const last = this.#events.at(-1)
    if (last?.type === type) last.data.text += text
    else this.#events.push({ type, data: { text } })
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
