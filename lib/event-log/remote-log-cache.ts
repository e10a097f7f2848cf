import 'server-only'
import { coalesced } from '@/lib/database/durability'
import { log } from '@/lib/log'
import type { LogEvent } from '@/lib/protocol/events'
import { REMOTE_POLL_MS } from '@/lib/protocol/pacing'
import type { LogFeed, LogReader, StoredEvents } from './event-log'
import { HeldLog } from './memory-log'

/** A feed that has been silent for this long is checked against the database. */
const SILENCE_MS = 2_000

/** A log that another instance writes, as far as this process has it. All its readers here share it. */
interface CachedLog {
  held: HeldLog
  readers: number
  /** The feed delivered an event whose predecessor is missing. */
  hasGap: boolean
  receivedAt: number
  /** Ends the subscription to the feed, once there is one. */
  unfollow: (() => void) | null
  /** Reads the missing events from the database and the feed. */
  fill: () => Promise<void>
}

/**
 * Reads logs that another instance writes. Events come by the feed, which is fast; the database, which is certain, fills each
 * gap and silence. So a feed that is down, has trimmed its events, or doesn't exist costs time but no event.
 */
export function createRemoteLogCache(stored: StoredEvents, feed: LogFeed | null) {
  const cache = new Map<string, CachedLog>()
  let polling: NodeJS.Timeout | null = null

  function cachedLog(generationId: string): CachedLog {
    const known = cache.get(generationId)
    if (known) return known
    const held = new HeldLog()
    const fill = coalesced(async () => {
      receive(cached, await stored(generationId, held.seq))
      if (feed && !held.ended) receive(cached, await feed.after(generationId, held.seq))
      cached.receivedAt = performance.now()
      if (held.ended) drop(generationId, cached)
    })
    const cached: CachedLog = { held, readers: 0, hasGap: false, receivedAt: 0, unfollow: null, fill }
    cache.set(generationId, cached)
    return cached
  }

  function follow(generationId: string, cached: CachedLog): void {
    cached.unfollow ??=
      feed?.follow(generationId, cached.held.seq, (events) => {
        receive(cached, events)
        cached.receivedAt = performance.now()
        if (cached.held.ended) drop(generationId, cached)
        else if (cached.hasGap) refill(generationId, cached)
      }) ?? null
  }

  function drop(generationId: string, cached: CachedLog): void {
    cached.unfollow?.()
    cached.unfollow = null
    if (cache.get(generationId) === cached) cache.delete(generationId)
    if (cache.size > 0 || !polling) return
    clearInterval(polling)
    polling = null
  }

  function poll(): void {
    for (const [generationId, cached] of cache) {
      const isSilent = performance.now() - cached.receivedAt > SILENCE_MS
      if (!feed?.up || cached.hasGap || isSilent) refill(generationId, cached)
    }
  }

  function refill(generationId: string, cached: CachedLog): void {
    cached.fill().catch((error: unknown) => {
      // The next poll tries again; readers keep what they have.
      log().debug({ generationId, error }, 'couldn’t keep reading a log that another instance writes')
    })
  }

  return {
    /** Reads a log after a cursor; `wake` is called when there is more. @throws {Error} when the database fails. */
    async read(generationId: string, after: number, wake: () => void): Promise<LogReader> {
      const cached = cachedLog(generationId)
      cached.readers++
      const leave = () => {
        cached.readers--
        if (cached.readers === 0) drop(generationId, cached)
      }
      try {
        if (cached.held.seq === 0) await cached.fill()
      } catch (error) {
        leave()
        throw error
      }
      if (!cached.held.ended && cache.get(generationId) === cached) {
        follow(generationId, cached)
        polling ??= setInterval(poll, REMOTE_POLL_MS).unref()
      }
      return leavingOnClose(cached.held.read(after, wake), leave)
    },
  }
}

/** Appends the events that continue the log, and notes a gap before the others. */
function receive(cached: CachedLog, events: LogEvent[]): void {
  const { held } = cached
  for (const event of events) {
    if (event.seq === held.seq + 1) held.append(event)
    // After a crash the feed may have delivered more than was saved: the saved end then follows what was delivered.
    else if (event.type === 'status' && event.seq <= held.seq && !held.ended)
      held.append({ ...event, seq: held.seq + 1 })
  }
  const last = events.at(-1)
  cached.hasGap = last !== undefined && last.seq > cached.held.seq
}

function leavingOnClose(reader: LogReader, leave: () => void): LogReader {
  let isOpen = true
  return {
    next: reader.next,
    get done() {
      return reader.done
    },
    close() {
      reader.close()
      if (isOpen) leave()
      isOpen = false
    },
  }
}
