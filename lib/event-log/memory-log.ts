import 'server-only'
import { log } from '@/lib/log'
import type { LogEvent } from '@/lib/protocol/events'
import { encodeEvent } from '@/lib/protocol/sse'
import type { Bytes, EventLog, LogReader } from './event-log'

/** What one `take` gives at most, so that a reader far behind does not copy a whole answer at once. */
const TAKE_BYTES = 64 * 1024

/** One log in memory, from its first event on, encoded once for all its readers. */
export class HeldLog {
  /** Entry k is the event with `seq` k + 1. */
  readonly #encoded: Bytes[] = []
  readonly #wakes = new Set<() => void>()
  readonly #utf8 = new TextEncoder()
  /** Whether the last event has been appended. */
  ended = false

  /** The `seq` of the last event. */
  get seq(): number {
    return this.#encoded.length
  }

  /** @throws {Error} when an event is not the next one. */
  append(...events: LogEvent[]): void {
    for (const event of events) {
      if (event.seq !== this.seq + 1) throw new Error(`The log is at ${this.seq}, not before ${event.seq}`)
      this.#encoded.push(this.#utf8.encode(encodeEvent(event.seq, event)))
      this.ended = event.type === 'status'
    }
    for (const wake of [...this.#wakes]) this.#notify(wake)
  }

  /** Tells one reader that there is more. One that cannot be told is dropped: the writer and the other readers go on. */
  #notify(wake: () => void): void {
    try {
      wake()
    } catch (error) {
      this.#wakes.delete(wake)
      log().error({ error }, 'couldn’t notify a reader of a generation')
    }
  }

  /** Follows the log after a cursor, which may be one that the log has yet to come to. */
  read(after: number, wake: () => void): LogReader {
    let cursor = after
    this.#wakes.add(wake)
    return {
      take: () => {
        // A reader may have seen a little more than a crash left saved. It is past the end then, and is told the end again.
        if (this.ended && cursor >= this.seq) cursor = this.seq - 1
        const pieces = this.#eventsAfter(cursor)
        cursor += pieces.length
        return { pieces, done: this.ended && cursor === this.seq }
      },
      close: () => void this.#wakes.delete(wake),
    }
  }

  #eventsAfter(cursor: number): Bytes[] {
    const events: Bytes[] = []
    for (let size = 0, at = cursor; at < this.#encoded.length; at++) {
      const event = this.#encoded[at]
      if (!event) break
      size += event.byteLength
      // One that is larger goes alone, and so as it is: joining would make each reader a copy of it.
      if (events.length > 0 && size > TAKE_BYTES) break
      events.push(event)
    }
    return events
  }
}

/**
 * The event log in this process.
 * `keepEndedMs` is how long an ended log is held for readers that are a little late; later ones get it from the database.
 */
export function createMemoryLog(keepEndedMs: number): EventLog {
  const logs = new Map<string, HeldLog>()

  return {
    append(generationId, ...events) {
      const held = logs.get(generationId) ?? new HeldLog()
      logs.set(generationId, held)
      held.append(...events)
      if (held.ended) setTimeout(() => logs.delete(generationId), keepEndedMs).unref()
    },
    async read(generationId, after, wake) {
      return logs.get(generationId)?.read(after, wake) ?? null
    },
  }
}
