import 'server-only'
import type { LogEvent } from '@/lib/protocol/events'

export type Bytes = Uint8Array<ArrayBuffer>

/** Turns an event into the bytes of a wire format. Stands at the log's edge: the log itself holds events. */
export type EventEncoder = (event: LogEvent) => Bytes

/** An event in a log, with its encoding, so that an event is encoded once however many readers it has. */
export class LoggedEvent {
  #encoder: EventEncoder | null = null
  #bytes: Bytes | null = null

  constructor(readonly event: LogEvent) {}

  /** The event in a format. Keeps the last encoding: nearly all readers of a log ask for the same format. */
  encodedBy(encoder: EventEncoder): Bytes {
    if (this.#bytes === null || this.#encoder !== encoder) {
      this.#bytes = encoder(this.event)
      this.#encoder = encoder
    }
    return this.#bytes
  }
}

/**
 * Reads one log from a cursor. Holds a position and no copy of the log, so a reader that stops reading costs nothing.
 * `Item` is an event, or for several logs in one an event with the id of its log.
 */
export interface LogReader<Item = LoggedEvent> {
  /** The next event, and moves the cursor past it; null when there is none yet, or none any more. */
  next(): Item | null
  /** Whether the log has ended and its last event has been read. */
  readonly done: boolean
  close(): void
  /** Set for a log in the database, which is read to its end before another one is begun. */
  stored?: true
}

/**
 * The event log of generations that run or have just ended. One writer appends, any number of readers follow; each gets
 * every event after its cursor once, in the order of `seq`.
 */
export interface EventLog {
  /** Events appended in one call reach each reader together, if it has room for them. */
  append(generationId: string, ...events: LogEvent[]): void
  /** Reads a log after a cursor; `wake` is called when there is more. Null when this log doesn't hold it. */
  read(generationId: string, after: number, wake: () => void): Promise<LogReader | null>
}

/** Carries events from the instance that writes a log to the instances that read it. May lose events: the database has them. */
export interface LogFeed {
  /** Whether events pass at present, as far as this instance can tell. */
  readonly up: boolean
  /** Sends an event. Never throws; drops what can't be sent. */
  append(generationId: string, event: LogEvent): void
  /** The events held after a `seq`, in order, possibly with gaps; none when the feed is down. */
  after(generationId: string, seq: number): Promise<LogEvent[]>
  /** Passes on events after a `seq`, in order, possibly with gaps. Returns the function that ends it. */
  follow(generationId: string, seq: number, receive: (events: LogEvent[]) => void): () => void
}

/** The events of a log after a `seq`, as far as the database has them. */
export type StoredEvents = (generationId: string, after: number) => Promise<LogEvent[]>
