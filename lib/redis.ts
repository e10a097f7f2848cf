import 'server-only'
import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'

/** A key that is added to the set joins at most this much later, should the wake be lost. Also what tells a dead connection. */
const BLOCK_MS = 5_000
/** A command that is not answered by then counts as failed. */
const COMMAND_MS = 2_000
const RECONNECT_MAX_MS = 1_000
/** What one key gives in one read at most. */
const READ_COUNT = 500

/** An entry of a stream: its id and its fields, name and value in turn. */
export interface StreamEntry {
  id: string
  fields: string[]
}

const entriesReply = z.array(
  z.tuple([z.string(), z.array(z.string())]).transform(([id, fields]): StreamEntry => ({ id, fields })),
)
const readReply = z.nullable(z.array(z.tuple([z.string(), entriesReply])))

interface Followed {
  cursor: string
  heard: (entries: StreamEntry[]) => void
}

/** The process's connections to Redis: one for commands that answer at once, one that is always blocked in a read. */
export type RedisConnections = ReturnType<typeof connectRedis>

/** The connections to the Redis server of `REDIS_URL`; null when none is set. */
export function redis(): RedisConnections | null {
  return processSingleton('redis', () => {
    const { redisUrl } = config()
    return redisUrl ? connectRedis(redisUrl) : null
  })
}

/**
 * Connects to the Redis server (7 or later) of a URL, and goes on trying for as long as the process lives. Nothing here
 * throws because it is away; the log says when it goes and when it comes back, once each.
 */
export function connectRedis(url: string) {
  const retryStrategy = (times: number) => Math.min(times * 100, RECONNECT_MAX_MS)
  // RESP2: the replies have the same shape whatever the server can do.
  const options: RedisOptions = { protocol: 2, retryStrategy, connectTimeout: COMMAND_MS }
  const commands = new Redis(url, {
    ...options,
    // A command fails while Redis is away, so that nothing piles up.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
  })
  const blocking = new Redis(url, { ...options, maxRetriesPerRequest: null, socketTimeout: 2 * BLOCK_MS })
  const state = createState()
  let probing: NodeJS.Timeout | null = null
  /** A connection that is up need not take writes: whether it does again is tried out, since nobody else may write. */
  const failed = (error: unknown) => {
    state.set(false, error)
    probing ??= setTimeout(() => {
      probing = null
      if (commands.status === 'ready')
        commands.set('rill:probe', '', 'PX', COMMAND_MS).then(() => state.set(true), failed)
    }, RECONNECT_MAX_MS).unref()
  }
  commands.on('ready', () => state.set(true))
  commands.on('close', () => state.set(false))
  // Without a listener each failed attempt to connect would be printed.
  commands.on('error', (error) => state.set(false, error))
  blocking.on('error', () => undefined)
  const tail = createTail(commands, blocking)

  return {
    commands,
    /** Whether the last that was heard of Redis was good. */
    get up(): boolean {
      return state.up
    },
    /** Notes a command that failed: Redis may take connections and still not take writes. */
    failed,
    /** Hands on the entries of a stream after an id as they come. Gives the function that ends it. */
    follow: tail.follow,
    /** The entries of a stream after an id. @throws {Error} when Redis is away. */
    async after(key: string, id: string): Promise<StreamEntry[]> {
      return entriesReply.parse(await commands.xrange(key, `(${id}`, '+'))
    },
    close(): void {
      state.close()
      tail.close()
      if (probing) clearTimeout(probing)
      commands.disconnect()
      blocking.disconnect()
    },
  }
}

function createState() {
  let up: boolean | null = null
  let closed = false
  return {
    get up() {
      return up === true
    },
    close: () => {
      closed = true
    },
    set(next: boolean, error?: unknown) {
      if (next === up || closed) return
      // That it is there at the start is nothing to tell.
      if (next && up === false) log().info('Redis is back')
      if (!next)
        log().warn({ error }, 'Redis is unreachable: replies continue, and other instances read them from the database')
      up = next
    },
  }
}

/**
 * One blocked `XREAD` for all streams that this process follows. A key joins a read that is blocked only at the next
 * one, so a stream of this process's own is in every set, and an entry in it ends the read.
 */
function createTail(commands: Redis, blocking: Redis) {
  const wakeKey = `rill:wake:${crypto.randomUUID()}`
  const followed = new Map<string, Followed>()
  let wakeCursor = '0-0'
  let reading = false
  let closed = false

  async function read(): Promise<void> {
    reading = true
    while (followed.size > 0 && !closed) {
      const keys = [wakeKey, ...followed.keys()]
      const cursors = [wakeCursor, ...[...followed.values()].map(({ cursor }) => cursor)]
      try {
        const reply = await blocking.xread('COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...cursors)
        for (const [key, entries] of readReply.parse(reply) ?? []) handOn(key, entries)
      } catch (error) {
        if (closed) break
        log().debug({ error }, 'a read of Redis failed')
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MAX_MS))
      }
    }
    reading = false
  }

  function handOn(key: string, entries: StreamEntry[]): void {
    const last = entries.at(-1)
    if (!last) return
    const each = followed.get(key)
    if (key === wakeKey) wakeCursor = last.id
    if (!each) return
    each.cursor = last.id
    try {
      each.heard(entries)
    } catch (error) {
      // What one cannot take is read from the database, and the others are told theirs.
      log().error({ error }, 'couldn’t process entries from Redis')
    }
  }

  function wake(): void {
    if (!reading) void read()
    else {
      const written = commands
        .pipeline()
        .xadd(wakeKey, 'MAXLEN', 1, '*', 'wake', '')
        .pexpire(wakeKey, 2 * BLOCK_MS)
      // A wake that is lost costs the time of one block.
      written.exec().catch(() => undefined)
    }
  }

  return {
    follow(key: string, after: string, heard: (entries: StreamEntry[]) => void): () => void {
      const each = { cursor: after, heard }
      followed.set(key, each)
      wake()
      return () => {
        if (followed.get(key) === each) followed.delete(key)
      }
    },
    close(): void {
      closed = true
    },
  }
}
