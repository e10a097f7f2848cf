import 'server-only'
import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'

/** How long a read blocks: the longest delay of a new key if its wake entry is lost, and half the time until a dead connection is noticed. */
const BLOCK_MS = 5_000
/** A command without a reply by then counts as failed. */
const COMMAND_MS = 2_000
const RECONNECT_MAX_MS = 1_000
/** The most entries per key in one read. */
const READ_COUNT = 500

/** An entry of a stream: its id, and its fields as alternating names and values. */
export interface StreamEntry {
  id: string
  fields: string[]
}

const entriesReply = z.array(
  z.tuple([z.string(), z.array(z.string())]).transform(([id, fields]): StreamEntry => ({ id, fields })),
)
const readReply = z.nullable(z.array(z.tuple([z.string(), entriesReply])))

interface Follower {
  cursor: string
  receive: (entries: StreamEntry[]) => void
}

/** The process's two connections to Redis: one for commands, and one that is always blocked in a read. */
export type RedisConnections = ReturnType<typeof connectRedis>

/** The connections to the server of `REDIS_URL`; null if it isn't set. */
export function redis(): RedisConnections | null {
  return processSingleton('redis', () => {
    const { redisUrl } = config()
    return redisUrl ? connectRedis(redisUrl) : null
  })
}

/**
 * Connects to a Redis server (7 or later), and keeps reconnecting for as long as the process lives. An unreachable server
 * throws nothing here; it is logged once when it goes and once when it is back.
 */
export function connectRedis(url: string) {
  const retryStrategy = (times: number) => Math.min(times * 100, RECONNECT_MAX_MS)
  // RESP2, so that replies have the same shape on every server.
  const options: RedisOptions = { protocol: 2, retryStrategy, connectTimeout: COMMAND_MS }
  const commands = new Redis(url, {
    ...options,
    // Commands fail while Redis is unreachable, so that they don't pile up.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
  })
  const blocking = new Redis(url, { ...options, maxRetriesPerRequest: null, socketTimeout: 2 * BLOCK_MS })
  const state = createState()
  let probing: NodeJS.Timeout | null = null
  /** A server that is connected may still refuse writes, so a write is tried until one succeeds. */
  const reportFailure = (error: unknown) => {
    state.set(false, error)
    probing ??= setTimeout(() => {
      probing = null
      if (commands.status === 'ready')
        commands.set('rill:probe', '', 'PX', COMMAND_MS).then(() => state.set(true), reportFailure)
    }, RECONNECT_MAX_MS).unref()
  }
  commands.on('ready', () => state.set(true))
  commands.on('close', () => state.set(false))
  // Without a listener, ioredis prints each failed attempt.
  commands.on('error', (error) => state.set(false, error))
  blocking.on('error', () => undefined)
  const tail = createTail(commands, blocking)

  return {
    commands,
    /** Whether the last command or connection succeeded. */
    get up(): boolean {
      return state.up
    },
    /** Marks Redis as unreachable after a failed command, until a write succeeds. */
    reportFailure,
    /** Calls back with the entries of a stream after an id, as they arrive. Returns the function that stops it. */
    follow: tail.follow,
    /** Reads the entries of a stream after an id. @throws {Error} when Redis is unreachable. */
    async readAfter(key: string, id: string): Promise<StreamEntry[]> {
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
      // The first connection isn't logged.
      if (next && up === false) log().info('Redis is back')
      if (!next)
        log().warn({ error }, 'Redis is unreachable: replies continue, and other instances read them from the database')
      up = next
    },
  }
}

/**
 * Follows all streams with one blocking `XREAD`. A new key can only join the next read, so every read includes a stream of
 * this process, and an entry in that one ends the read.
 */
function createTail(commands: Redis, blocking: Redis) {
  const wakeKey = `rill:wake:${crypto.randomUUID()}`
  const followers = new Map<string, Follower>()
  let wakeCursor = '0-0'
  let reading = false
  let closed = false

  async function read(): Promise<void> {
    reading = true
    while (followers.size > 0 && !closed) {
      const keys = [wakeKey, ...followers.keys()]
      const cursors = [wakeCursor, ...[...followers.values()].map(({ cursor }) => cursor)]
      try {
        const reply = await blocking.xread('COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...cursors)
        for (const [key, entries] of readReply.parse(reply) ?? []) deliver(key, entries)
      } catch (error) {
        if (closed) break
        log().debug({ error }, 'a read of Redis failed')
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MAX_MS))
      }
    }
    reading = false
  }

  function deliver(key: string, entries: StreamEntry[]): void {
    const last = entries.at(-1)
    if (!last) return
    const follower = followers.get(key)
    if (key === wakeKey) wakeCursor = last.id
    if (!follower) return
    follower.cursor = last.id
    try {
      follower.receive(entries)
    } catch (error) {
      // Its reader takes the entries from the database instead; the other followers must get theirs.
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
      // Without it, the new key waits for the end of the current block.
      written.exec().catch(() => undefined)
    }
  }

  return {
    follow(key: string, after: string, receive: (entries: StreamEntry[]) => void): () => void {
      const follower = { cursor: after, receive }
      followers.set(key, follower)
      wake()
      return () => {
        if (followers.get(key) === follower) followers.delete(key)
      }
    },
    close(): void {
      closed = true
    },
  }
}
