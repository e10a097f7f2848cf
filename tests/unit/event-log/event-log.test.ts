import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEventLog } from '@/lib/event-log/combined-log'
import type { EventLog, LogReader, StoredEvents } from '@/lib/event-log/event-log'
import { createMemoryLog } from '@/lib/event-log/memory-log'
import { createRedisFeed } from '@/lib/event-log/redis-feed'
import type { GenerationEvent, LogEvent } from '@/lib/protocol/events'
import { connectRedis } from '@/lib/redis'
import { type RedisServer, startRedis } from '../../redis'

const start: GenerationEvent = {
  type: 'start',
  data: { generationId: 'g', conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'x' },
}
const end: GenerationEvent = { type: 'status', data: { status: 'completed' } }
const text = fc.string({ unit: 'binary', minLength: 1 })
const middle: fc.Arbitrary<GenerationEvent> = fc.oneof(
  text.map((each): GenerationEvent => ({ type: 'delta', data: { text: each } })),
  text.map((each): GenerationEvent => ({ type: 'reasoning', data: { text: each } })),
  fc.nat().map((ms): GenerationEvent => ({ type: 'thought', data: { ms } })),
  fc.nat().map((length): GenerationEvent => ({ type: 'reclassify', data: { length } })),
)
const wholeLog = fc
  .array(middle, { maxLength: 40 })
  .map((events): LogEvent[] => [start, ...events, end].map((event, index) => ({ seq: index + 1, ...event })))

let server: RedisServer
const open: { close(): void }[] = []
beforeAll(async () => {
  server = await startRedis()
}, 120_000)
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})
afterAll(() => server?.stop())

const nothingStored: StoredEvents = async () => []

/** The log of one more instance on the test's Redis. */
async function instance(stored = nothingStored): Promise<EventLog> {
  const redis = connectRedis(server.url)
  open.push(redis)
  await expect.poll(() => redis.up).toBe(true)
  return createEventLog(stored, createRedisFeed(redis))
}

/** Where events are appended, and where they are read. */
const implementations = [
  {
    name: 'in memory',
    async logs() {
      const log = createMemoryLog(60_000)
      return { writer: log, readers: log }
    },
  },
  {
    name: 'on Redis, read where it is written',
    async logs() {
      const log = await instance()
      return { writer: log, readers: log }
    },
  },
  {
    name: 'on Redis, read elsewhere',
    logs: async () => ({ writer: await instance(), readers: await instance() }),
  },
]

/** What happens next: the writer appends, a reader reads, or a reader opens at some cursor. */
const action = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ what: 'append' as const }) },
  { weight: 3, arbitrary: fc.nat(9).map((reader) => ({ what: 'read' as const, reader })) },
  { weight: 1, arbitrary: fc.nat(50).map((after) => ({ what: 'open' as const, after })) },
)

/** A reader that starts at a cursor. */
class Follower {
  readonly seen: LogEvent[] = []
  wakes = 0
  done = false
  readonly after: number
  #reader: LogReader | null = null
  #woken: () => void = () => {}

  constructor(after: number) {
    this.after = after
  }

  async open(log: EventLog, id: string): Promise<this> {
    this.#reader = await log.read(id, this.after, () => {
      this.wakes++
      this.#woken()
    })
    return this
  }

  /** Reads one event. False when there was none. */
  readNext(): boolean {
    if (this.done || !this.#reader) return false
    const next = this.#reader.next()
    if (next) this.seen.push(next.event)
    this.done = this.#reader.done
    if (this.done) this.close()
    return next !== null
  }

  /** Reads what there is, and what comes, until a condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      const woken = new Promise<void>((resolve) => {
        this.#woken = resolve
      })
      if (!this.readNext() && !holds()) await woken
    }
  }

  close(): void {
    this.#reader?.close()
  }
}

describe.each(implementations)('the event log $name', ({ logs }) => {
  test('any interleaving of appends and reads gives every reader every event after its cursor once, in order', {
    timeout: 60_000,
  }, async () => {
    const { writer, readers } = await logs()
    await fc.assert(
      fc.asyncProperty(wholeLog, fc.array(action, { maxLength: 200 }), async (events, actions) => {
        const id = randomUUID()
        const followers: Follower[] = []
        let appended = 0
        const append = () => {
          const event = events[appended]
          if (!event) return
          writer.append(id, event)
          appended++
        }
        append()
        for (const each of actions) {
          if (each.what === 'append') append()
          else if (each.what === 'read') followers[each.reader % Math.max(1, followers.length)]?.readNext()
          else followers.push(await new Follower(Math.min(each.after, appended)).open(readers, id))
        }
        while (appended < events.length) append()
        for (const follower of followers) {
          await follower.until(() => follower.done)
          // One that had seen the end is told it again.
          expect(follower.seen).toEqual(events.slice(Math.min(follower.after, events.length - 1)))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a reader is woken by what is appended after it opened, and not once it is closed', async () => {
    const { writer, readers } = await logs()
    const id = randomUUID()
    writer.append(id, { seq: 1, ...start })
    const follower = await new Follower(0).open(readers, id)
    const other = await new Follower(0).open(readers, id)
    await follower.until(() => follower.seen.length === 1)
    const before = follower.wakes
    writer.append(id, { seq: 2, type: 'delta', data: { text: 'a' } })
    await follower.until(() => follower.seen.length === 2)
    expect(follower.wakes).toBe(before + 1)
    follower.close()
    writer.append(id, { seq: 3, ...end })
    await other.until(() => other.done)
    expect(follower.wakes).toBe(before + 1)
  })

  test('an append out of order is refused, so a gap can never reach a reader', async () => {
    const { writer } = await logs()
    const id = randomUUID()
    writer.append(id, { seq: 1, ...start })
    expect(() => writer.append(id, { seq: 3, ...end })).toThrow()
  })

  test('a reader ahead of the log is given nothing that it has seen', async () => {
    const { writer, readers } = await logs()
    const id = randomUUID()
    writer.append(id, { seq: 1, ...start })
    const ahead = await new Follower(2).open(readers, id)
    writer.append(id, { seq: 2, type: 'delta', data: { text: 'seen' } })
    writer.append(id, { seq: 3, type: 'delta', data: { text: 'new' } })
    await ahead.until(() => ahead.seen.length > 0)
    expect(ahead.seen).toEqual([{ seq: 3, type: 'delta', data: { text: 'new' } }])
  })
})

test('a log that is not held in memory is not invented', async () => {
  expect(await createMemoryLog(60_000).read('nobody', 0, () => {})).toBeNull()
})

describe('with a database behind Redis', () => {
  const numbered = (seq: number): LogEvent => ({ seq, type: 'delta', data: { text: `${seq} ` } })

  /** A writer and a reader elsewhere, and what the database has. */
  async function house() {
    const id = randomUUID()
    const saved: LogEvent[] = []
    const stored: StoredEvents = async (_, after) => saved.filter(({ seq, type }) => seq > after || type === 'status')
    return { id, saved, writer: await instance(), readers: await instance(stored) }
  }

  test('what was trimmed or has expired is read from the database', async () => {
    const { id, saved, writer, readers } = await house()
    saved.push({ seq: 1, ...start }, ...[2, 3, 4].map(numbered))
    const redis = connectRedis(server.url)
    open.push(redis)
    await expect.poll(() => redis.up).toBe(true)
    for (const event of saved) writer.append(id, event)
    await expect.poll(() => redis.commands.xlen(`rill:generation:${id}`)).toBe(4)
    await redis.commands.xtrim(`rill:generation:${id}`, 'MAXLEN', 1)
    const follower = await new Follower(1).open(readers, id)
    writer.append(id, { seq: 5, ...end })
    await follower.until(() => follower.done)
    expect(follower.seen.map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
  })

  test('a reader that saw more than a crash left saved is told the end', async () => {
    const { id, saved, writer, readers } = await house()
    writer.append(id, { seq: 1, ...start })
    for (const seq of [2, 3, 4]) writer.append(id, numbered(seq))
    const follower = await new Follower(0).open(readers, id)
    await follower.until(() => follower.seen.length === 4)
    // Past what the reader has, the database gives the end again.
    saved.push({ seq: 3, ...end })
    await follower.until(() => follower.done)
    expect(follower.seen.at(-1)).toEqual({ seq: 5, ...end })
  })

  test.each(['gone', 'frozen'])(
    'Redis %s in mid-stream: appending goes on, and a reader elsewhere misses nothing',
    {
      timeout: 30_000,
    },
    async (how) => {
      const { id, saved, writer, readers } = await house()
      const append = (event: LogEvent) => {
        writer.append(id, event)
        saved.push(event)
      }
      append({ seq: 1, ...start })
      append(numbered(2))
      const here = await new Follower(0).open(writer, id)
      const elsewhere = await new Follower(0).open(readers, id)
      await elsewhere.until(() => elsewhere.seen.length === 2)
      if (how === 'gone') await server.stop()
      else server.freeze()
      append(numbered(3))
      append(numbered(4))
      await here.until(() => here.seen.length === 4)
      await elsewhere.until(() => elsewhere.seen.length === 4)
      if (how === 'gone') await server.start()
      else server.thaw()
      const back = connectRedis(server.url)
      open.push(back)
      await expect.poll(() => back.up).toBe(true)
      append(numbered(5))
      await elsewhere.until(() => elsewhere.seen.length === 5)
      append({ seq: 6, ...end })
      await elsewhere.until(() => elsewhere.done)
      expect(elsewhere.seen).toEqual(saved)
    },
  )
})
