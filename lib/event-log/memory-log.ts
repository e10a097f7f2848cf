import 'server-only'
import { log } from '@/lib/log'
import type { LogEvent } from '@/lib/protocol/events'
import { type EventLog, LoggedEvent, type LogReader } from './event-log'

/** One log in memory, from its first event on. */
export class HeldLog {
  /** The event with `seq` n is at n - 1. */
  readonly #events: LoggedEvent[] = []
  readonly #wakes = new Set<() => void>()
  /** Whether the terminal event has been appended. */
  ended = false

  /** The `seq` of the last event. */
  get seq(): number {
    return this.#events.length
  }

  /** @throws {Error} when an event is not the next one. */
  append(...events: LogEvent[]): void {
    for (const event of events) {
      if (event.seq !== this.seq + 1) throw new Error(`The log is at ${this.seq}, not before ${event.seq}`)
      this.#events.push(new LoggedEvent(event))
      this.ended = event.type === 'status'
    }
    for (const wake of [...this.#wakes]) this.#notify(wake)
  }

  /** Drops a reader that throws, so that the writer and the other readers go on. */
  #notify(wake: () => void): void {
    try {
      wake()
    } catch (error) {
      this.#wakes.delete(wake)
      log().error({ error }, 'couldn’t notify a reader of a generation')
    }
  }

  /** Reads the log after a cursor, which may be ahead of the log. */
  read(after: number, wake: () => void): LogReader {
    let cursor = after
    let done = false
    this.#wakes.add(wake)
    return {
      next: () => {
        // A crash may have saved less than a reader saw: a cursor at or past the end gets the terminal event again.
        if (this.ended && !done && cursor >= this.seq) cursor = this.seq - 1
        const event = this.#events[cursor]
        if (event === undefined || done) return null
        cursor++
        done = this.ended && cursor === this.seq
        return event
      },
      get done() {
        return done
      },
      close: () => void this.#wakes.delete(wake),
    }
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
