import 'server-only'
import type { LogEvent } from '@/lib/protocol/events'

export type Bytes = Uint8Array<ArrayBuffer>

/** What a reader has to send next: encoded events, in pieces to be joined. `done` when the log has ended and all of it has been taken. */
export interface Taken {
  pieces: Bytes[]
  done: boolean
}

/** Follows one log from a cursor. It holds a place in the log, never a copy of it, so a reader that stops costs nothing. */
export interface LogReader {
  /** Encoded events after the cursor, and moves the cursor; none when there is nothing new yet. */
  take(): Taken
  close(): void
  /** It comes out of the database, where one log is to be read to its end before the next is begun. */
  stored?: true
}

/**
 * The event log of running and lately ended generations. One writer appends, any number of readers follow.
 * Events keep their `seq`; each reader gets every event after its cursor once, in order.
 */
export interface EventLog {
  /** Readers are given what is appended together in one go, as far as they have room for it. */
  append(generationId: string, ...events: LogEvent[]): void
  /** Follows a log after a cursor; `wake` is called when there is more to take. Null when this log does not hold it. */
  read(generationId: string, after: number, wake: () => void): Promise<LogReader | null>
}

/** Carries the events of running generations from the instance that writes them to those that follow them. It may lose some. */
export interface LogFeed {
  /** Whether events come through now, as far as this instance can tell. */
  readonly up: boolean
  /** Sends an event on its way. It never throws, and what cannot be sent is dropped: the database has it. */
  append(generationId: string, event: LogEvent): void
  /** What is held after a `seq`, in order, maybe with gaps. None when nothing can be had. */
  after(generationId: string, seq: number): Promise<LogEvent[]>
  /** Hands on what comes after a `seq`, in order, maybe with gaps. Gives the function that ends it. */
  follow(generationId: string, seq: number, heard: (events: LogEvent[]) => void): () => void
}

/** The events of a log after a `seq`, as far as the database has them. */
export type StoredEvents = (generationId: string, after: number) => Promise<LogEvent[]>
