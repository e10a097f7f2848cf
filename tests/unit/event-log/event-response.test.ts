import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LoggedEvent } from '@/lib/event-log/event-log'
import { eventStream } from '@/lib/event-log/event-response'
import { createMemoryLog } from '@/lib/event-log/memory-log'
import { readMultiplexed } from '@/lib/event-log/multiplexed-reader'
import { multiplexedSse, sse } from '@/lib/event-log/sse'
import type { LogEvent } from '@/lib/protocol/events'
import { createNamedEventDecoder, encodeEvent, heartbeat } from '@/lib/protocol/sse'

const start: LogEvent = {
  seq: 1,
  type: 'start',
  data: { generationId: 'g', conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'x' },
}
const delta = (seq: number): LogEvent => ({ seq, type: 'delta', data: { text: `text ${seq} ` } })
const end = (seq: number): LogEvent => ({ seq, type: 'status', data: { status: 'completed' } })
const encoded = (...events: LogEvent[]) => events.map((event) => encodeEvent(event.seq, event)).join('')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  // The one timer of a process belongs to the clock of the test that made it.
  Reflect.deleteProperty(globalThis, 'rill')
})
afterEach(() => {
  vi.useRealTimers()
})

/** A log with its start, and the body of a response that follows it. */
async function responding() {
  const log = createMemoryLog(5_000)
  log.append('g', start)
  const open = async (wake: () => void) => {
    const reader = await log.read('g', 0, wake)
    if (!reader) throw new Error('The log is held')
    return reader
  }
  const response = await eventStream({ open, encode: sse })
  if (!response.body) throw new Error('There is a body')
  return { log, body: response.body }
}

/** A client that reads the response. */
async function following() {
  const { log, body } = await responding()
  const reader = body.getReader()
  const text = new TextDecoder()
  const next = async () => {
    const { value } = await reader.read()
    return value && text.decode(value)
  }
  return { log, reader, next }
}

test('a response opens with a comment, then gives each event as it comes, and closes with the log', async () => {
  const { log, next } = await following()
  expect(await next()).toBe(heartbeat)
  expect(await next()).toBe(encoded(start))
  const waiting = next()
  log.append('g', delta(2))
  expect(await waiting).toBe(encoded(delta(2)))
  log.append('g', delta(3))
  log.append('g', end(4))
  let rest = ''
  for (let text = await next(); text !== undefined; text = await next()) rest += text
  expect(rest).toBe(encoded(delta(3), end(4)))
})

test('after 15 s of silence a comment goes out, and again', async () => {
  const { next } = await following()
  await next()
  await next()
  for (const _ of [1, 2]) {
    const waiting = next()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await waiting).toBe(heartbeat)
  }
})

test('a response that has ended, or whose client has gone, is left alone by the heartbeat', async () => {
  const failures: unknown[] = []
  const failed = (error: unknown) => failures.push(error)
  process.on('uncaughtException', failed)
  const ended = await following()
  await ended.next()
  await ended.next()
  // The end comes while the client waits, so that giving it pulls once more.
  const last = ended.next()
  await new Promise(setImmediate)
  ended.log.append('g', end(2))
  expect(await last).toBe(encoded(end(2)))
  const gone = await following()
  await gone.next()
  await gone.reader.cancel()
  expect(() => vi.advanceTimersByTime(60_000)).not.toThrow()
  process.off('uncaughtException', failed)
  expect(failures).toEqual([])
})

/** A destination that takes one piece at a time, each when it is told to. */
function piped(body: ReadableStream<Uint8Array>) {
  const text = new TextDecoder()
  const pieces: string[] = []
  const ended: string[] = []
  let take = () => {}
  const destination = new WritableStream<Uint8Array>({
    write: (bytes) => {
      pieces.push(text.decode(bytes))
      return new Promise((resolve) => {
        take = resolve
      })
    },
    close: () => void ended.push('closed'),
    abort: () => void ended.push('aborted'),
  })
  const going = new AbortController()
  const done = body.pipeTo(destination, { signal: going.signal })
  const taken = async () => {
    take()
    await new Promise(setImmediate)
  }
  return { pieces, ended, taken, done, going }
}

async function piping() {
  const { log, body } = await responding()
  return { log, ...piped(body) }
}

test('a body that is piped gives the same, and takes from the log only when the destination has room', async () => {
  const { log, pieces, ended, taken, done } = await piping()
  await taken()
  await taken()
  expect(pieces).toEqual([heartbeat, encoded(start)])
  log.append('g', delta(2))
  await new Promise(setImmediate)
  expect(pieces).toEqual([heartbeat, encoded(start), encoded(delta(2))])
  log.append('g', delta(3))
  log.append('g', delta(4))
  await new Promise(setImmediate)
  expect(pieces.length).toBe(3)
  await taken()
  expect(pieces[3]).toBe(encoded(delta(3), delta(4)))
  await taken()
  log.append('g', end(5))
  await taken()
  await done
  expect(pieces[4]).toBe(encoded(end(5)))
  expect(ended).toEqual(['closed'])
})

test('events that are appended in one go are one write', async () => {
  const { log, pieces, taken } = await piping()
  await taken()
  await taken()
  log.append('g', delta(2), delta(3))
  await new Promise(setImmediate)
  expect(pieces.slice(2)).toEqual([encoded(delta(2), delta(3))])
})

test('a piped body whose client goes away lets go of the log, and says why', async () => {
  const { log, pieces, ended, taken, done, going } = await piping()
  await taken()
  await taken()
  const reason = new Error('gone')
  going.abort(reason)
  await expect(done).rejects.toBe(reason)
  log.append('g', delta(2))
  await taken()
  expect(pieces.length).toBe(2)
  expect(ended).toEqual(['aborted'])
})

test('a piped body is kept alive too, by one comment at a time', async () => {
  const { pieces, taken } = await piping()
  await taken()
  await taken()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(pieces.slice(2)).toEqual([heartbeat])
  await taken()
  await vi.advanceTimersByTimeAsync(15_000)
  expect(pieces.slice(2)).toEqual([heartbeat, heartbeat])
})

test.each(['before the log is open', 'before its body is read'])(
  'a client that goes away %s is counted no longer, and its reader is closed',
  async (when) => {
    const going = new AbortController()
    const called: string[] = []
    const reader = { next: () => null, done: false, close: () => void called.push('closed') }
    const open = async () => {
      if (when === 'before the log is open') going.abort()
      return reader
    }
    const response = await eventStream(
      { open, encode: sse },
      { signal: going.signal, onClose: () => void called.push('onClose') },
    )
    going.abort()
    expect(called).toEqual(['closed', 'onClose'])
    await response.body?.cancel()
    expect(called).toEqual(['closed', 'onClose'])
  },
)

/** The writes of a response to a client that always has room. */
async function writesOf(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array[]> {
  const writes: Uint8Array[] = []
  for await (const bytes of body ?? []) writes.push(bytes)
  return writes
}

test('a reader far behind gets writes of limited size, and a large event without a copy', async () => {
  const log = createMemoryLog(60_000)
  const large: LogEvent = { seq: 2, type: 'delta', data: { text: 'x'.repeat(1_000_000) } }
  const small = Array.from(
    { length: 40 },
    (_, at): LogEvent => ({
      seq: at + 3,
      type: 'delta',
      data: { text: 'x'.repeat(10_000) },
    }),
  )
  const events = [start, large, ...small, end(43)]
  log.append('g', ...events)
  const open = async (wake: () => void) => await readMultiplexed(log, new Map([['g', 0]]), wake)
  const bodies = await Promise.all([1, 2].map(async () => (await eventStream({ open, encode: multiplexedSse })).body))
  const [one = [], other = []] = await Promise.all(bodies.map(writesOf))
  const sizes = one.map(({ byteLength }) => byteLength)
  expect(sizes.filter((size) => size > 1_000_000)).toHaveLength(1)
  expect(sizes.filter((size) => size > 80_000)).toHaveLength(1)
  expect(sizes.length).toBeLessThan(15)
  const largeOf = (writes: Uint8Array[]) => writes.find(({ byteLength }) => byteLength > 1_000_000)?.buffer
  expect(largeOf(one)).toBe(largeOf(other))
  const decoder = createNamedEventDecoder()
  expect(one.flatMap((bytes) => decoder.feed(bytes)).map(({ event }) => event)).toEqual(events)
})

test('an event is encoded once for all readers of a format', async () => {
  const log = createMemoryLog(60_000)
  log.append('g', start, end(2))
  const readers = await Promise.all([1, 2].map(() => log.read('g', 0, () => {})))
  const [one, other] = readers.map((reader) => sse(reader?.next() ?? new LoggedEvent(start)))
  expect(one?.[0]).toBe(other?.[0])
})
