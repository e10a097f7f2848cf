import 'server-only'
import type { LogEvent } from '@/lib/protocol/events'

/** What a reader has to send next. `done` when the log has ended and all of it has been taken. */
export interface Taken {
  bytes: Uint8Array<ArrayBuffer> | null
  done: boolean
}

/** Follows one log from a cursor. It holds a place in the log, never a copy of it, so a reader that stops costs nothing. */
export interface LogReader {
  /** Encoded events after the cursor, and moves the cursor; null when there is nothing new yet. */
  take(): Taken
  close(): void
}

/**
 * The event log of running and lately ended generations. One writer appends, any number of readers follow.
 * Events keep their `seq`; each reader gets every event after its cursor once, in order.
 */
export interface EventLog {
  append(generationId: string, event: LogEvent): void
  /** Follows a log after a cursor; `wake` is called when there is more to take. Null when this log does not hold it. */
  read(generationId: string, after: number, wake: () => void): Promise<LogReader | null>
}
