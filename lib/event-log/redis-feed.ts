import 'server-only'
import { log } from '@/lib/log'
import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder, encodeEvent } from '@/lib/protocol/sse'
import type { RedisConnections, StreamEntry } from '@/lib/redis'
import type { LogFeed } from './event-log'

/** Streams are trimmed to some more than so many events, and what was trimmed is read from the database. */
const MAX_EVENTS = 10_000
/** How long a stream is kept after its last event: while it runs, however long a model thinks, and once it has ended. */
const RUNNING_MS = 60 * 60 * 1000
const ENDED_MS = 60_000
/** The expiry of a stream that grows is renewed this often, not with each event. */
const RENEW_MS = 60_000
/** What waits for a write that is under way at most, in characters. Beyond it, all that waits is dropped. */
const MAX_WAITING = 8 * 1024 * 1024

/** What Redis says of an id that it has, or is past: another instance has ended the log. That is no failure. */
const ALREADY_THERE = 'equal or smaller than the target stream top item'

interface Waiting {
  generationId: string
  event: LogEvent
  text: string
}

/**
 * Events by way of Redis Streams: one stream a generation, in which `{seq}-0` is the id of event `seq`. What arrives
 * while a write is under way goes with the next one, so there is no round trip an event, and no more than one write waits.
 */
export function createRedisLog(redis: RedisConnections): LogFeed {
  const renewedAt = new Map<string, number>()
  let waiting: Waiting[] = []
  let size = 0
  let writing = false

  async function write(): Promise<void> {
    // The events of one turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      size = 0
      try {
        await send(batch)
      } catch (error) {
        redis.failed(error)
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
    if (failure) redis.failed(failure)
  }

  /** How long the stream is to be kept from now on, when that has to be said with this event. */
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
        return eventsOf(generationId, await redis.after(keyOf(generationId), `${seq}-0`))
      } catch (error) {
        redis.failed(error)
        return []
      }
    },
    follow: (generationId, seq, heard) =>
      redis.follow(keyOf(generationId), `${seq}-0`, (entries) => heard(eventsOf(generationId, entries))),
  }
}

function keyOf(generationId: string): string {
  return `rill:generation:${generationId}`
}

/** The events of entries; none of those that this version cannot read. */
function eventsOf(generationId: string, entries: StreamEntry[]): LogEvent[] {
  try {
    const text = entries.map(({ fields: [, event] }) => event).join('')
    return createEventDecoder().feed(new TextEncoder().encode(text))
  } catch (error) {
    log().debug({ generationId, error }, 'couldn’t read entries from Redis')
    return []
  }
}
