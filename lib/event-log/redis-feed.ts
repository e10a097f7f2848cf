import 'server-only'
import { log } from '@/lib/log'
import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder, encodeEvent } from '@/lib/protocol/sse'
import type { RedisConnections, StreamEntry } from '@/lib/redis'
import type { LogFeed } from './event-log'

/** Streams are trimmed to a little over this; readers get older events from the database. */
const MAX_EVENTS = 10_000
/** How long a stream outlives its last event: while it runs, which covers a model that thinks for long, and once ended. */
const RUNNING_MS = 60 * 60 * 1000
const ENDED_MS = 60_000
/** How often the expiry of a growing stream is renewed: not with each event. */
const RENEW_MS = 60_000
/** How much may wait for the write in progress, in UTF-16 units. Beyond it, everything that waits is dropped. */
const MAX_WAITING = 8 * 1024 * 1024

/** Redis' error for an id that isn't the next: another instance has ended the log, which is no failure. */
const ALREADY_THERE = 'equal or smaller than the target stream top item'

interface Waiting {
  generationId: string
  event: LogEvent
  text: string
}

/**
 * Events through Redis Streams: one stream per generation, in which event `seq` has the id `{seq}-0`. Events that arrive
 * during a write go with the next one, so there is no round trip per event, and at most one write in progress.
 */
export function createRedisFeed(redis: RedisConnections): LogFeed {
  const renewedAt = new Map<string, number>()
  let waiting: Waiting[] = []
  let size = 0
  let writing = false

  async function write(): Promise<void> {
    // Joins the events of one turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      size = 0
      try {
        await send(batch)
      } catch (error) {
        redis.reportFailure(error)
      }
    }
    writing = false
  }

  async function send(batch: Waiting[]): Promise<void> {
    const pipeline = redis.commands.pipeline()
    for (const { generationId, event, text } of batch) {
      const key = keyOf(generationId)
      pipeline.xadd(key, 'MAXLEN', '~', MAX_EVENTS, `${event.seq}-0`, 'event', text)
      const keepMs = renewal(generationId, event)
      if (keepMs !== null) pipeline.pexpire(key, keepMs)
    }
    const failures = (await pipeline.exec())?.flatMap(([error]) => error ?? []) ?? []
    const failure = failures.find(({ message }) => !message.includes(ALREADY_THERE))
    if (failure) redis.reportFailure(failure)
  }

  /** The new expiry of the stream, in milliseconds, if this event is to renew it. */
  function renewal(generationId: string, event: LogEvent): number | null {
    if (event.type === 'status') {
      renewedAt.delete(generationId)
      return ENDED_MS
    }
    const now = performance.now()
    if (now - (renewedAt.get(generationId) ?? Number.NEGATIVE_INFINITY) < RENEW_MS) return null
    renewedAt.set(generationId, now)
    return RUNNING_MS
  }

  return {
    get up() {
      return redis.up
    },
    append(generationId, event) {
      if (redis.commands.status !== 'ready') {
        if (event.type === 'status') renewedAt.delete(generationId)
        return
      }
      const text = encodeEvent(event.seq, event)
      if (size + text.length > MAX_WAITING) {
        waiting = []
        size = 0
      }
      waiting.push({ generationId, event, text })
      size += text.length
      if (writing) return
      writing = true
      void write()
    },
    async after(generationId, seq) {
      try {
        return eventsOf(generationId, await redis.readAfter(keyOf(generationId), `${seq}-0`))
      } catch (error) {
        redis.reportFailure(error)
        return []
      }
    },
    follow: (generationId, seq, receive) =>
      redis.follow(keyOf(generationId), `${seq}-0`, (entries) => receive(eventsOf(generationId, entries))),
  }
}

function keyOf(generationId: string): string {
  return `rill:generation:${generationId}`
}

/** The events of entries; none when this version can't read them. */
function eventsOf(generationId: string, entries: StreamEntry[]): LogEvent[] {
  try {
    const text = entries.map(({ fields: [, event] }) => event).join('')
    return createEventDecoder().feed(new TextEncoder().encode(text))
  } catch (error) {
    log().debug({ generationId, error }, 'couldn’t read entries from Redis')
    return []
  }
}
