import 'server-only'
import { shared } from '@/lib/database/durability'
import { log } from '@/lib/log'
import type { LogEvent } from '@/lib/protocol/events'
import type { LogFeed, LogReader, StoredEvents } from './event-log'
import { HeldLog } from './memory-log'

/** How often a copy that no feed keeps current is brought up to date from the database. */
const POLL_MS = 500
/** A feed that has been silent for so long is not taken at its word. */
const SILENCE_MS = 2_000

/** A log that this process only follows. All readers here share it. */
interface Copy {
  held: HeldLog
  readers: number
  /** There is an event that has come before the one it comes after. */
  behind: boolean
  heardAt: number
  /** Ends what the feed hands on, once that has begun. */
  unfollow: (() => void) | null
  /** Brings it up to date. */
  fill: () => Promise<void>
}

/**
 * Follows logs that another instance writes, or that have ended. The database is what is certain and the feed is what is
 * fast: events come by the feed, and each gap or silence is filled from the database, so a feed that is down, has
 * forgotten, or does not exist costs time and no event.
 */
export function createCopies(stored: StoredEvents, feed: LogFeed | null) {
  const copies = new Map<string, Copy>()
  let polling: NodeJS.Timeout | null = null

  function copyOf(generationId: string): Copy {
    const known = copies.get(generationId)
    if (known) return known
    const held = new HeldLog()
    const fill = shared(async () => {
      take(copy, await stored(generationId, held.seq))
      if (feed && !held.ended) take(copy, await feed.after(generationId, held.seq))
      copy.heardAt = performance.now()
      if (held.ended) drop(generationId, copy)
    })
    const copy: Copy = { held, readers: 0, behind: false, heardAt: 0, unfollow: null, fill }
    copies.set(generationId, copy)
    return copy
  }

  function follow(generationId: string, copy: Copy): void {
    copy.unfollow ??=
      feed?.follow(generationId, copy.held.seq, (events) => {
        take(copy, events)
        copy.heardAt = performance.now()
        if (copy.held.ended) drop(generationId, copy)
        else if (copy.behind) refill(generationId, copy)
      }) ?? null
  }

  function drop(generationId: string, copy: Copy): void {
    copy.unfollow?.()
    copy.unfollow = null
    if (copies.get(generationId) === copy) copies.delete(generationId)
    if (copies.size > 0 || !polling) return
    clearInterval(polling)
    polling = null
  }

  function poll(): void {
    for (const [generationId, copy] of copies) {
      const silent = performance.now() - copy.heardAt > SILENCE_MS
      if (!feed?.up || copy.behind || silent) refill(generationId, copy)
    }
  }

  function refill(generationId: string, copy: Copy): void {
    copy.fill().catch((error: unknown) => {
      // It is tried again at the next poll; the readers keep what they have.
      log().debug({ generationId, error }, 'couldn’t keep reading a log that another instance writes')
    })
  }

  return {
    /** Follows a log after a cursor; `wake` is called when there is more to take. @throws {Error} when the database fails. */
    async read(generationId: string, after: number, wake: () => void): Promise<LogReader> {
      const copy = copyOf(generationId)
      copy.readers++
      const leave = () => {
        copy.readers--
        if (copy.readers === 0) drop(generationId, copy)
      }
      try {
        if (copy.held.seq === 0) await copy.fill()
      } catch (error) {
        leave()
        throw error
      }
      if (!copy.held.ended && copies.get(generationId) === copy) {
        follow(generationId, copy)
        polling ??= setInterval(poll, POLL_MS).unref()
      }
      return leaving(copy.held.read(after, wake), leave)
    },
  }
}

/** Adds those events that come next. */
function take(copy: Copy, events: LogEvent[]): void {
  const { held } = copy
  for (const event of events) {
    if (event.seq === held.seq + 1) held.append(event)
    // More came by the feed than a crash left saved: the end that was saved comes after it all the same.
    else if (event.type === 'status' && event.seq <= held.seq && !held.ended)
      held.append({ ...event, seq: held.seq + 1 })
  }
  const last = events.at(-1)
  copy.behind = last !== undefined && last.seq > copy.held.seq
}

function leaving(reader: LogReader, leave: () => void): LogReader {
  let open = true
  return {
    take: reader.take,
    close() {
      reader.close()
      if (open) leave()
      open = false
    },
  }
}
