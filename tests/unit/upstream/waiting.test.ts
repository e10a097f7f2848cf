import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { machineDelay } from '@/tests/delay'
import { choice, delta, done, finish, reasoning } from '@/tests/upstream/events'
import { now, type ScriptedUpstream, type Step, startScriptedUpstream } from '@/tests/upstream/scripted'
import { startSilentServer } from '@/tests/upstream/silent'
import { type AskOptions, ask, problemOf } from './ask'

const machine = machineDelay()

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
  // The first request of a process takes long on a busy machine: none of the short timeouts below is to meet it.
  upstream.script([{ delta: 'warm' }, { write: finish('stop') + done }])
  await ask(upstream.baseUrl)
})
afterAll(() => upstream.stop())
beforeEach(() => {
  upstream.requests.length = 0
})

const headers: Step = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const never: Step = { until: 'never' }

describe('timeouts', () => {
  async function late(steps: Step[], timeouts: AskOptions['timeouts']) {
    upstream.script(steps)
    const startedAt = performance.now()
    const received = await ask(upstream.baseUrl, { timeouts })
    const closed = await (await upstream.request(0)).closed
    return { received, closed, took: performance.now() - startedAt }
  }
  const chatter: Step[] = Array.from({ length: 40 }, (_, n): Step[] => [
    { wait: 20 },
    { write: n % 2 === 0 ? ': still here\n\n' : choice({ delta: { content: '' } }) },
  ]).flat()

  test('apply to the first content when no headers arrive', async () => {
    const { received, closed, took } = await late([never], { firstTokenMs: 150 })
    expect(problemOf(received)).toMatchObject({ kind: 'timeout', message: expect.stringContaining('didn’t start') })
    expect(closed.ended).toBe(false)
    expect(took).toBeLessThan(1000 + machine.longest())
  })

  test.each<[string, Step[]]>([
    ['silence', [headers, { write: ':\n\n' }, never]],
    ['headers alone', [headers, never]],
    ['an error body without end', [{ status: 500 }, { write: '{"error":' }, never]],
  ])('apply to the first content, through %s', async (_, steps) => {
    const { received, closed, took } = await late(steps, { firstTokenMs: 150 })
    expect(problemOf(received)).toMatchObject({ kind: 'timeout', message: expect.stringContaining('didn’t start') })
    expect(closed.ended).toBe(false)
    expect(took).toBeLessThan(600 + machine.longest())
  })

  test('include late headers: the rest remains for the first content', async () => {
    const { received, took } = await late([{ wait: 200 }, headers, never], { firstTokenMs: 300 })
    expect(problemOf(received).kind).toBe('timeout')
    expect(took).toBeGreaterThan(280)
    expect(took).toBeLessThan(480 + machine.longest())
  })

  test('allow the whole time for headers that come with the first text', async () => {
    const { received } = await late([{ wait: 300 }, { delta: 'late' }, { write: finish('stop') + done }], {
      firstTokenMs: 2000,
      idleMs: 100,
    })
    expect(received).toMatchObject({ text: 'late', end: { problem: null } })
  })

  test.each<[string, string]>([
    ['comments', ': OPENROUTER PROCESSING\n\n'],
    ['empty deltas', choice({ delta: { content: '' } })],
    ['events that mean nothing', 'event: ping\ndata: {}\n\n'],
    ['reasoning', reasoning('hm ')],
    ['reasoning of another shape', choice({ delta: { content: [{ type: 'thinking', thinking: 'hm ' }] } })],
    ['half a line', ':'],
  ])('restart at %s before the first text', async (_, sign) => {
    const signs = Array.from({ length: 10 }, (): Step[] => [{ write: sign }, { wait: 60 }]).flat()
    const rest = sign === ':' ? '\n\n' : ''
    const { received, took } = await late([...signs, { write: `${rest}${delta('at last')}${finish('stop')}${done}` }], {
      firstTokenMs: 250,
      idleMs: 30,
    })
    expect(took).toBeGreaterThan(500)
    expect(received).toMatchObject({ text: 'at last', end: { problem: null } })
  })

  test.each<[string, Step[]]>([
    ['comments and empty deltas', [headers, ...chatter, never]],
    ['comments after reasoning', [{ write: reasoning('hm') }, ...chatter, never]],
  ])('are extended by %s up to the heartbeat limit', async (_, steps) => {
    const { received, closed, took } = await late(steps, { firstTokenMs: 250, heartbeatMs: 500 })
    expect(problemOf(received).kind).toBe('timeout')
    expect(closed.ended).toBe(false)
    expect(took).toBeGreaterThan(490)
    expect(took).toBeLessThan(900 + machine.longest())
  })

  test('aren’t shortened by a lower heartbeat limit', async () => {
    const { took } = await late([headers, { write: ':\n\n' }, never], { firstTokenMs: 250, heartbeatMs: 1 })
    expect(took).toBeGreaterThan(240)
  })

  test('are never retried automatically, unlike a reset connection', async () => {
    expect((await late([never], { firstTokenMs: 100 })).received.end.retry).toBeUndefined()
    upstream.requests.length = 0
    expect((await late([headers, { write: ':\n\n' }, never], { firstTokenMs: 100 })).received.end.retry).toBeUndefined()
    upstream.requests.length = 0
    expect((await late([{ reset: true }], {})).received.end.retry).toBeDefined()
  })

  test.each<[string, Step[]]>([
    ['silence', [{ delta: 'kept' }, never]],
    ['comments and empty deltas', [{ delta: 'kept' }, ...chatter, never]],
    ['nothing after reasoning', [{ write: reasoning('hm') }, { delta: 'kept' }, never]],
    [
      'nothing after a call to a tool',
      [{ delta: 'kept' }, { write: choice({ delta: { tool_calls: [{ function: { name: 'x' } }] } }) }, never],
    ],
  ])('apply between contents, through %s', async (_, steps) => {
    const { received, closed, took } = await late(steps, { firstTokenMs: 3000, idleMs: 150 })
    expect(received.text).toBe('kept')
    expect(problemOf(received)).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('stopped responding'),
    })
    expect(closed.ended).toBe(false)
    expect(took).toBeLessThan(600 + machine.longest())
  })

  test('restart at each content, so a slow reply may be long', async () => {
    const slow = Array.from({ length: 8 }, (): Step[] => [{ delta: 'a' }, { wait: 60 }]).flat()
    const { received } = await late([...slow, { write: finish('stop') + done }], { idleMs: 200 })
    expect(received).toMatchObject({ text: 'aaaaaaaa', end: { problem: null } })
  })

  test('allow a whole reply the first-token timeout for its headers', async () => {
    upstream.script([
      { wait: 200 },
      { status: 200 },
      { write: '{"choices":[{"message":{"content":"a"}}]}' },
      { end: true },
    ])
    const received = await ask(upstream.baseUrl, { request: { stream: false }, timeouts: { idleMs: 50 } })
    expect(received).toMatchObject({ text: 'a', end: { problem: null } })
  })
})

describe('abort', () => {
  test.each<[string, Step[], string]>([
    ['while it waits for headers', [never], ''],
    ['before the first content', [headers, { write: ':\n\n' }, never], ''],
    ['in the middle', [{ delta: 'kept' }, never], 'kept'],
    [
      'in a quick stream',
      [{ delta: 'kept' }, ...Array.from({ length: 500 }, (): Step[] => [{ wait: 1 }, { write: ':\n\n' }]).flat()],
      'kept',
    ],
    ['after finish_reason', [{ delta: 'kept' }, { write: finish('stop') }, never], 'kept'],
    ['in an error body', [{ status: 500 }, { write: 'a' }, never], ''],
  ])('%s destroys the socket at once', async (_, steps, text) => {
    upstream.script(steps)
    const controller = new AbortController()
    const asked = ask(upstream.baseUrl, { signal: controller.signal })
    const request = await upstream.request(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const abortedAt = now()
    controller.abort()
    const received = await asked
    expect(now() - abortedAt).toBeLessThan(50 + machine.longest())
    expect(received.end.problem).toBeNull()
    expect(received.text).toBe(text)
    const closed = await request.closed
    expect(closed.ended).toBe(false)
    expect(closed.at - abortedAt).toBeLessThan(60 + machine.longest())
  })

  test('before it starts, nothing is sent', async () => {
    const received = await ask(upstream.baseUrl, { signal: AbortSignal.abort() })
    expect(received.end).toEqual({ finishReason: null, problem: null })
    expect(upstream.requests).toEqual([])
  })

  test('while it dials a server that never completes the TLS handshake', async () => {
    const { port, connected, stop } = await startSilentServer()
    const controller = new AbortController()
    const asked = ask(`https://127.0.0.1:${port}/v1`, { signal: controller.signal })
    const socket = await connected
    const closed = once(socket, 'close')
    const abortedAt = performance.now()
    controller.abort()
    expect((await asked).end.problem).toBeNull()
    await closed
    expect(performance.now() - abortedAt).toBeLessThan(100 + machine.longest())
    await stop()
  })

  test('while dialing, without affecting other requests to the same server', async () => {
    upstream.script([{ delta: 'fine' }, { write: finish('stop') + done }])
    const controller = new AbortController()
    const aborted = ask(upstream.baseUrl, { signal: controller.signal })
    const others = Promise.all([ask(upstream.baseUrl), ask(upstream.baseUrl)])
    await Promise.resolve()
    controller.abort()
    expect((await aborted).end).toEqual({ finishReason: null, problem: null })
    expect((await others).map(({ text }) => text)).toEqual(['fine', 'fine'])
  })

  test('cancels a reply from this process', async () => {
    const controller = new AbortController()
    let cancelled = () => {}
    const cancellation = new Promise<void>((resolve) => {
      cancelled = resolve
    })
    const stream = new ReadableStream({
      start: (source) => source.enqueue(new TextEncoder().encode(delta('kept'))),
      cancel: () => cancelled(),
    })
    const asked = ask('http://demo.invalid/v1', {
      signal: controller.signal,
      connection: { fetch: async () => new Response(stream) },
      onText: () => controller.abort(),
    })
    const startedAt = performance.now()
    expect(await asked).toMatchObject({ text: 'kept', end: { problem: null } })
    await cancellation
    expect(performance.now() - startedAt).toBeLessThan(500 + machine.longest())
  })
})

describe('an unreachable server', () => {
  test('nothing listens at the port', async () => {
    const { port, stop } = await startSilentServer()
    await stop()
    const problem = problemOf(await ask(`http://127.0.0.1:${port}/v1`))
    expect(problem).toMatchObject({ kind: 'network', retryable: true })
    expect(problem.message).toContain('Nothing is running')
  })

  test('the name doesn’t exist', async () => {
    expect(problemOf(await ask('http://no-such-host.invalid/v1')).kind).toBe('network')
  })

  test('the server doesn’t speak HTTP', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    expect(problemOf(await ask(`http://127.0.0.1:${port}/v1`)).kind).toBe('upstream')
    server.close()
  })

  test.each([
    ['a header that cannot be sent', { headers: { 'bad header': 'x' } }],
    ['a key that cannot be sent', { apiKey: 'sk-secret\nkey' }],
  ])('%s is reported without its value', async (_, connection) => {
    const problem = problemOf(await ask(upstream.baseUrl, { connection }))
    expect(problem).toMatchObject({ kind: 'bad_request', retryable: false })
    expect(JSON.stringify(problem)).not.toMatch(/secret|bad header/)
  })
})
