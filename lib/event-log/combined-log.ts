import 'server-only'
import { createEndedLogs, type ReadEnded } from './ended-log'
import type { EventLog, LogFeed, LogReader, StoredEvents } from './event-log'
import { createMemoryLog } from './memory-log'
import { createRemoteLogCache } from './remote-log-cache'

/** For readers that are a little late. Later ones get the log from the database. */
const KEEP_ENDED_MS = 5_000

/** What the database knows of generations that have ended. */
interface Ended {
  hasEnded: (generationId: string) => Promise<boolean>
  readEnded: ReadEnded
}

/**
 * The event log as this process sees it: generations that run here are read from memory, whatever becomes of the feed;
 * those that run elsewhere from a cache that `feed` keeps current, or without a feed the database; ended ones from the
 * database, through `hasEnded` and `readEnded`.
 */
export function createEventLog(
  stored: StoredEvents,
  feed: LogFeed | null,
  { hasEnded, readEnded }: Ended = { hasEnded: async () => false, readEnded: async () => null },
) {
  const memory = createMemoryLog(KEEP_ENDED_MS)
  const remote = createRemoteLogCache(stored, feed)
  const ended = createEndedLogs(readEnded)
  return {
    append(generationId, ...events) {
      memory.append(generationId, ...events)
      for (const event of events) feed?.append(generationId, event)
    },
    async read(generationId, after, wake): Promise<LogReader> {
      const local = await memory.read(generationId, after, wake)
      if (local) return local
      if (await hasEnded(generationId)) return ended.read(generationId, after, wake)
      return await remote.read(generationId, after, wake)
    },
  } satisfies EventLog
}
