import 'server-only'
import { createCopies } from './copies'
import type { EventLog, LogFeed, LogReader, StoredEvents } from './log'
import { createMemoryLog } from './memory-log'

/** For readers that are a little late. Later ones get the same log out of the database. */
const KEEP_ENDED_MS = 5_000

/**
 * The event log as this process sees it: what runs here is read from memory, whatever becomes of the feed, and what runs
 * elsewhere or has ended from a copy. `feed` is how other instances hear of events at once; without, they ask the database.
 */
export function createEventLog(stored: StoredEvents, feed: LogFeed | null) {
  const memory = createMemoryLog(KEEP_ENDED_MS)
  const copies = createCopies(stored, feed)
  return {
    append(generationId, ...events) {
      memory.append(generationId, ...events)
      for (const event of events) feed?.append(generationId, event)
    },
    async read(generationId, after, wake): Promise<LogReader> {
      return (await memory.read(generationId, after, wake)) ?? (await copies.read(generationId, after, wake))
    },
  } satisfies EventLog
}
