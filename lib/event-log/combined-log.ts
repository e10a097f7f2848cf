import 'server-only'
import { createEndedLogs, type ReadEnded } from './ended-log'
import type { EventLog, LogFeed, LogReader, StoredEvents } from './event-log'
import { createMemoryLog } from './memory-log'
import { createCopies } from './remote-log-cache'

/** For readers that are a little late. Later ones get the same log out of the database. */
const KEEP_ENDED_MS = 5_000

/** What the database knows of generations that have ended. */
interface Ended {
  hasEnded: (generationId: string) => Promise<boolean>
  readEnded: ReadEnded
}

/**
 * The event log as this process sees it: what runs here is read from memory, whatever becomes of the feed, and what runs
 * elsewhere from a copy. `feed` is how other instances hear of events at once; without, they ask the database. What has ended
 * is read from there piece by piece, which `hasEnded` and `readEnded` see to.
 */
export function createEventLog(
  stored: StoredEvents,
  feed: LogFeed | null,
  { hasEnded, readEnded }: Ended = { hasEnded: async () => false, readEnded: async () => null },
) {
  const memory = createMemoryLog(KEEP_ENDED_MS)
  const copies = createCopies(stored, feed)
  const ended = createEndedLogs(readEnded)
  return {
    append(generationId, ...events) {
      memory.append(generationId, ...events)
      for (const event of events) feed?.append(generationId, event)
    },
    async read(generationId, after, wake): Promise<LogReader> {
      const running = await memory.read(generationId, after, wake)
      if (running) return running
      if (await hasEnded(generationId)) return ended.read(generationId, after, wake)
      return await copies.read(generationId, after, wake)
    },
  } satisfies EventLog
}
