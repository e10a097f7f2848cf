import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ApiError } from '@/lib/client/transport/api-calls'
import { isTransient, type LogSource, readLog } from '@/lib/client/transport/event-stream-reader'
import type { GenerationEvent, LogEvent } from '@/lib/protocol/events'
import { encodeEvent } from '@/lib/protocol/sse'
import type { Log } from '../log'
import { until } from '../open-store'
import { TestServer } from '../server'
import { TestEnvironment } from '../test-environment'

const server = new TestServer()
beforeAll(() => server.listen())
afterAll(() => server.close())

const end: GenerationEvent = { type: 'status', data: { status: 'completed' } }

function newLog(): Log {
  return server.turn(server.conversation('Rivers').id, 'Tell me of rivers')
}

/** Requests one log. */
const ask =
  ({ start }: Log, { origin }: TestEnvironment) =>
  (after: number, signal: AbortSignal) =>
    fetch(`${origin}/api/generations/${start.generationId}/events?after=${after}`, { signal })

/** Reads a log, and records what the reader reports. */
function read(log: Log, environment = new TestEnvironment(server.origin), change: Partial<LogSource> = {}) {
  const events: LogEvent[] = []
  const states: string[] = []
  const closing = new AbortController()
  onTestFinished(() => closing.abort())
  const source: LogSource = {
    cursor: 0,
    open: ask(log, environment),
    onEvents: (more) => events.push(...more),
    onState: (state) => states.push(state),
    shouldRetry: isTransient,
    ...change,
  }
  const done = readLog(source, environment, closing.signal)
  return { environment, events, states, closing, done }
}

const seqs = (events: LogEvent[]) => events.map(({ seq }) => seq)

test('transient errors are retried, and refusals of a budget are not', () => {
  const passes = (status: number) =>
    isTransient(new ApiError(status, { kind: 'internal', message: '', retryable: false }))
  expect([0, 408, 429, 500, 503].filter(passes)).toEqual([0, 408, 429, 500, 503])
  expect([400, 402, 404, 409].filter(passes)).toEqual([])
})

describe('a reader', () => {
  test('passes the log on in order and settles at its end', async () => {
    const log = newLog()
    const { events, states, done } = read(log)
    await until(() => log.connections.size === 1)
    log.say('The ', 'Rhine ', 'flows.')
    log.end()
    await done
    expect(events).toEqual(log.events)
    expect(states).toEqual(['open'])
  })

  test('loses and repeats nothing, wherever the connections are cut', async () => {
    const events = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 12 })
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(events, cuts, async (texts, bytes) => {
        const log = newLog()
        log.say(...texts)
        log.end()
        log.cuts = [...bytes]
        const { events: seen, done } = read(log)
        await done
        expect(seen).toEqual(log.events)
      }),
      { numRuns: 120 },
    )
  })

  test('continues from its cursor after a cut at any byte of a log', async () => {
    const template = newLog()
    template.say('Größe', '🏞️')
    template.end()
    const size = template.events.reduce((sum, event) => sum + Buffer.byteLength(encodeEvent(event.seq, event)), 3)
    for (let cut = 0; cut <= size; cut += 1) {
      template.cuts = [cut]
      const { events, done } = read(template)
      await done
      expect(seqs(events)).toEqual([1, 2, 3, 4])
    }
  }, 20_000)

  test('drops events that it has received already', async () => {
    const log = newLog()
    log.say('one ', 'two ', 'three')
    log.end()
    // A server that sends more than was requested.
    const environment = new TestEnvironment(server.origin)
    const open: LogSource['open'] = (_, signal) => ask(log, environment)(0, signal)
    const { events, done } = read(log, environment, { cursor: 3, open })
    await done
    expect(seqs(events)).toEqual([4, 5])
  })

  test('reconnects after a gap', async () => {
    const log = newLog()
    log.say('one ', 'two ', 'three')
    const missing = log.events.splice(2, 1)
    const { events, states, done } = read(log)
    // The connection itself stays open.
    await until(() => states.includes('reconnecting'))
    log.events.splice(2, 0, ...missing)
    log.end()
    await done
    expect(events).toEqual(log.events)
  })

  test('reconnects after an unknown event', async () => {
    const log = newLog()
    log.say('one ')
    const { events, states, done } = read(log)
    await until(() => events.length === 2)
    for (const response of log.connections) response.write('id: 3\nevent: eval\ndata: {}\n\n')
    await until(() => states.includes('reconnecting'))
    log.end()
    await done
    expect(events).toEqual(log.events)
  })

  test('receives the end again when it had received more than a crashed server saved', async () => {
    const log = newLog()
    log.say('one ')
    log.end()
    const environment = new TestEnvironment(server.origin)
    const open: LogSource['open'] = (_, signal) => ask(log, environment)(2, signal)
    const { events, done } = read(log, environment, { cursor: 9, open })
    await done
    expect(events).toEqual([{ seq: 3, ...end }])
  })

  test('ends when the server does not know the log', async () => {
    const log = newLog()
    server.fault('GET', new RegExp(`${log.start.generationId}/events`), (response) => response.writeHead(404).end())
    const { done } = read(log, undefined, {
      shouldRetry: () => false,
      open: async (after, signal) => {
        const response = await ask(log, new TestEnvironment(server.origin))(after, signal)
        if (!response.ok) throw new Error(`Refused with ${response.status}`)
        return response
      },
    })
    await expect(done).rejects.toThrow('Refused with 404')
  })

  test('keeps trying while the server is down, with a backoff of up to five seconds', async () => {
    const down = new TestServer()
    await down.listen()
    const log = down.turn(down.conversation('Down').id, 'Are you there?')
    const environment = new TestEnvironment(down.origin)
    environment.setChance(1)
    const { port } = down.address
    await down.close()
    const { states, events, done } = read(log, environment)
    for (const wait of [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      // The wait ends at its last millisecond.
      await until(() => environment.waits.includes(wait))
      const tries = states.length
      environment.advance(wait - 1)
      expect(states).toHaveLength(tries)
      environment.advance(1)
      await until(() => states.length > tries)
    }
    expect(new Set(states)).toEqual(new Set(['reconnecting']))
    await down.listen(port)
    onTestFinished(() => down.close())
    log.end()
    await until(() => environment.waits.includes(5_000))
    environment.advance(5_000)
    await done
    expect(events).toEqual(log.events)
  })

  test('resets the backoff once events arrive', async () => {
    const log = newLog()
    const environment = new TestEnvironment(server.origin)
    environment.setChance(1)
    server.fault('GET', new RegExp(`${log.start.generationId}/events`), 'reset', 3)
    const { done } = read(log, environment)
    for (const wait of [250, 500, 1_000]) {
      await until(() => environment.waits.includes(wait))
      environment.advance(wait)
    }
    await until(() => log.connections.size === 1)
    log.cut()
    await until(() => environment.waits.includes(250))
    log.end()
    environment.advance(250)
    await done
  })

  test.each(['online', 'visible'])('reconnects at once when the page is %s again', async (back) => {
    const log = newLog()
    const environment = new TestEnvironment(server.origin)
    environment.setChance(1)
    const { states, done } = read(log, environment)
    await until(() => log.connections.size === 1)
    if (back === 'online') environment.setOnline(false)
    else environment.setHidden(true)
    log.cut()
    await until(() => environment.waits.includes(250))
    expect(states).toEqual(['open', 'reconnecting'])
    log.end()
    if (back === 'online') environment.setOnline(true)
    else environment.setHidden(false)
    await done
  })

  test('reopens an open connection when the network is back', async () => {
    const log = newLog()
    const { environment, events, done } = read(log)
    await until(() => log.connections.size === 1 && events.length === 1)
    // The connection is dead without an error.
    for (const response of log.connections) response.write = () => false
    log.say('unheard')
    environment.setChance(1)
    environment.setOnline(false)
    environment.setOnline(true)
    await until(() => events.length === 2)
    expect(log.cursors).toEqual([0, 1])
    log.end()
    await done
  })

  test('reopens a connection that was silent for long when the page is visible again', async () => {
    const log = newLog()
    const { environment, events, done } = read(log)
    await until(() => log.connections.size === 1 && events.length === 1)
    environment.setHidden(true)
    environment.setHidden(false)
    environment.advance(19_999)
    environment.setHidden(true)
    environment.setHidden(false)
    log.say('heard')
    await until(() => events.length === 2)
    expect(log.cursors).toEqual([0])
    environment.setHidden(true)
    environment.advance(20_000)
    environment.setHidden(false)
    await until(() => log.cursors.length === 2)
    expect(log.cursors).toEqual([0, 2])
    log.end()
    await done
  })

  test('reconnects after 40 seconds without even a comment', async () => {
    const log = newLog()
    const { environment, states, done } = read(log)
    await until(() => log.connections.size === 1)
    await until(() => environment.waits[0] === 40_000 && states.length === 1)
    environment.advance(39_000)
    for (const response of log.connections) response.write(':\n\n')
    await until(() => environment.waits[0] === 40_000)
    environment.advance(39_999)
    expect(states).toEqual(['open'])
    expect(environment.waits).toEqual([1])
    environment.advance(1)
    await until(() => log.cursors.length === 2)
    log.end()
    await done
  })

  test('reconnects when no response comes at all', async () => {
    const log = newLog()
    log.end()
    server.fault('GET', new RegExp(`${log.start.generationId}/events`), 'silence')
    const { environment, done } = read(log)
    await until(() => server.count('GET', new RegExp(`${log.start.generationId}/events`)) === 1)
    environment.advance(40_000)
    await done
  })

  test('closes its connection when it is aborted', async () => {
    const log = newLog()
    const { closing, done, environment } = read(log)
    await until(() => log.connections.size === 1)
    closing.abort()
    await done
    await until(() => log.connections.size === 0)
    expect(environment.waits).toEqual([])
  })
})
