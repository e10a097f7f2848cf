import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  choice,
  chunk,
  delta,
  done,
  event,
  finish,
  reasoning,
  usage,
  usageFields,
  whole,
} from '@/tests/upstream/events'

import { type ScriptedUpstream, type Step, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ask, problemOf } from './ask'

let upstream: ScriptedUpstream
beforeAll(async () => {
  // The first client reads it, once.
  vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'X-Operator: secret')
  upstream = await startScriptedUpstream()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await upstream.stop()
})
beforeEach(() => {
  upstream.requests.length = 0
})

/** Requests a completion whose body the upstream sends in one write. */
async function answerTo(body: string | Buffer, asking: Parameters<typeof ask>[1] = {}) {
  upstream.script([{ write: body }, { end: true }])
  return await ask(upstream.baseUrl, asking)
}

async function answerOf(status: number, body: string, headers: Record<string, string> = {}) {
  upstream.script([
    { status, headers: { 'content-type': 'application/json', ...headers } },
    { write: body },
    { end: true },
  ])
  return await ask(upstream.baseUrl)
}

const stop = finish('stop')

describe('the request', () => {
  test('has model, messages, stream and stream_options, with the key as bearer token', async () => {
    await answerTo(delta('a') + stop + done, { request: { temperature: 0.5, maxTokens: 100 } })
    const [request] = upstream.requests
    expect(request?.path).toBe('/v1/chat/completions')
    expect(request?.headers.authorization).toBe('Bearer sk-a-test-key')
    expect(request?.body).toEqual({
      model: 'scripted',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.5,
      max_tokens: 100,
    })
  })

  test('has no Authorization header without a key, and has the provider’s extra headers', async () => {
    await answerTo(delta('a') + stop + done, { connection: { apiKey: null, headers: { 'X-Title': 'Rill' } } })
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
    expect(upstream.requests[0]?.headers['x-title']).toBe('Rill')
  })

  test('reveals nothing about the machine that Rill runs on', async () => {
    await answerTo(stop + done)
    const names = Object.keys(upstream.requests[0]?.headers ?? {})
    expect(names.filter((name) => name.startsWith('x-stainless'))).toEqual([])
    expect(upstream.requests[0]?.headers['user-agent']).toBe('Rill')
  })

  test('has the base URL’s query after the path, as Azure requires', async () => {
    upstream.script([{ write: delta('fine') + stop + done }])
    const received = await ask(`${upstream.baseUrl}/openai/deployments/x?api-version=2024-10-21&b=%26`, {
      connection: { apiKey: null, headers: { 'api-key': 'abc' } },
    })
    expect(received.text).toBe('fine')
    expect(upstream.requests[0]).toMatchObject({
      path: '/v1/openai/deployments/x/chat/completions?api-version=2024-10-21&b=%26',
      headers: { 'api-key': 'abc' },
    })
    expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
  })

  test('may carry its authorization in an extra header', async () => {
    await answerTo(stop + done, { connection: { apiKey: null, headers: { authorization: 'Basic abc' } } })
    expect(upstream.requests[0]?.headers.authorization).toBe('Basic abc')
  })

  test('has no headers that the operator set for the SDK', async () => {
    await answerTo(stop + done)
    expect(upstream.requests[0]?.headers['x-operator']).toBeUndefined()
  })

  test('is not adapted after any other 400', async () => {
    const received = await answerOf(400, '{"error":{"message":"temperature must be at most 2"}}')
    expect(problemOf(received).kind).toBe('bad_request')
    expect(received.remembered).toEqual([])
    expect(upstream.requests).toHaveLength(1)
  })
})

describe('a reply that ends normally', () => {
  test.each<[string, string, string, string | null]>([
    ['finish_reason and [DONE]', delta('a') + delta('b') + stop + done, 'ab', 'stop'],
    ['[DONE] alone', delta('a') + done, 'a', null],
    ['finish_reason alone', delta('a') + stop, 'a', 'stop'],
    ['length', delta('a') + finish('length') + done, 'a', 'length'],
    ['an unknown reason, kept raw', delta('a') + finish('eos_token') + done, 'a', 'eos_token'],
    ['content_filter after some text', delta('a') + finish('content_filter') + done, 'a', 'content_filter'],
    [
      'finish_reason in the chunk of the last text',
      choice({ delta: { content: 'a' }, finish_reason: 'stop' }),
      'a',
      'stop',
    ],
    ['nothing after [DONE] counts', delta('a') + stop + done + delta('b') + event('{'), 'a', 'stop'],
    ['garbage after finish_reason is no failure', delta('a') + stop + event('{"choi'), 'a', 'stop'],
    ['a last event without blank line', `${delta('a')}${stop}data: [DONE]`, 'a', 'stop'],
    ['a last event without any line end', delta('a') + stop.trimEnd(), 'a', 'stop'],
    ['an empty answer that says it is complete', stop + done, '', 'stop'],
  ])('%s', async (_, body, text, finishReason) => {
    const received = await answerTo(body)
    expect(received.text).toBe(text)
    expect(received.end).toEqual({ finishReason, problem: null })
  })

  test('survives a reset after finish_reason', async () => {
    upstream.script([{ delta: 'a' }, { write: stop }, { wait: 20 }, { reset: true }])
    expect((await ask(upstream.baseUrl)).end).toEqual({ finishReason: 'stop', problem: null })
  })

  test('closes the socket right after [DONE]', async () => {
    upstream.script([{ delta: 'a' }, { write: stop + done }, { until: 'never' }])
    const startedAt = performance.now()
    expect((await ask(upstream.baseUrl)).end.problem).toBeNull()
    expect(performance.now() - startedAt).toBeLessThan(500)
    const closed = await (await upstream.request(0)).closed
    expect(closed.ended).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  test('waits between 1 and 2 s for usage after finish_reason, then closes', async () => {
    upstream.script([{ delta: 'a' }, { write: stop }, { until: 'never' }])
    const startedAt = performance.now()
    expect((await ask(upstream.baseUrl)).end).toEqual({ finishReason: 'stop', problem: null })
    expect(performance.now() - startedAt).toBeGreaterThan(1000)
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect((await (await upstream.request(0)).closed).ended).toBe(false)
  })

  describe('a finish_reason on every chunk', () => {
    const each = (text: string, reason = 'stop') => choice({ delta: { content: text }, finish_reason: reason })

    test('is ignored: later text is read, until the idle timeout', async () => {
      upstream.script([{ write: each('a') }, { wait: 1700 }, { write: each('b') + done }])
      const received = await ask(upstream.baseUrl)
      expect(received).toMatchObject({ text: 'ab', end: { finishReason: 'stop', problem: null } })
    })

    test.each<[string, Step[]]>([
      ['the end of the body', [{ end: true }]],
      ['[DONE]', [{ write: done }, { until: 'never' }]],
      ['silence', [{ until: 'never' }]],
    ])('ends with %s', async (_, steps) => {
      upstream.script([{ write: each('a') }, { write: each('b', 'STOP') }, ...steps])
      const received = await ask(upstream.baseUrl, { timeouts: { idleMs: 200 } })
      expect(received).toMatchObject({ text: 'ab', end: { finishReason: 'STOP', problem: null } })
    })

    test('doesn’t make a broken connection a normal end', async () => {
      upstream.script([{ write: each('a') }, { write: each('b') }, { wait: 20 }, { reset: true }])
      expect(problemOf(await ask(upstream.baseUrl))).toMatchObject({ kind: 'network' })
    })

    test('nor an unreadable event', async () => {
      expect(problemOf(await answerTo(each('a') + each('b') + event('{"choi') + each('c') + done)).kind).toBe(
        'upstream',
      )
    })

    test('counts when it is not stop and comes before any text', async () => {
      upstream.script([{ write: finish('SAFETY') }, { until: 'never' }])
      const startedAt = performance.now()
      expect(problemOf(await ask(upstream.baseUrl)).kind).toBe('content_filter')
      expect(performance.now() - startedAt).toBeLessThan(2500)
    })

    test('counts on an empty chunk before the first text too', async () => {
      upstream.script([{ write: stop }, { wait: 1700 }, { write: each('a') + done }])
      expect((await ask(upstream.baseUrl)).text).toBe('a')
    })

    test.each<[string, string, string]>([
      ['the last one counts', each('a') + each('b', 'length') + done, 'length'],
      [
        'a stop behind another reason says no more than that it is over',
        each('a', 'MAX_TOKENS') + stop + done,
        'MAX_TOKENS',
      ],
      ['a stop behind more text is a stop', each('a', 'length') + each('b') + done, 'stop'],
      [
        'words that fill the field are none',
        each('a', 'null') + each('b', 'FINISH_REASON_UNSPECIFIED') + finish('eos') + done,
        'eos',
      ],
    ])('%s', async (_, body, reason) => {
      expect((await answerTo(body)).end).toEqual({ finishReason: reason, problem: null })
    })
  })

  test('includes text that follows a lone finish_reason within a second', async () => {
    upstream.script([
      { delta: 'a' },
      { write: stop },
      { wait: 500 },
      { delta: 'b' },
      { wait: 1700 },
      { delta: 'c' },
      { write: stop + done },
    ])
    const received = await ask(upstream.baseUrl)
    expect(received).toMatchObject({ text: 'abc', end: { finishReason: 'stop', problem: null } })
  })

  test('includes usage that follows finish_reason late', async () => {
    upstream.script([{ delta: 'a' }, { write: stop }, { wait: 300 }, { write: usage({ prompt: 7, completion: 2 }) }])
    const received = await ask(upstream.baseUrl)
    expect(received.usages).toMatchObject([{ promptTokens: 7, completionTokens: 2, source: 'reported', cost: null }])
  })

  test('leaves its connection for further replies', async () => {
    // A server of its own: connections that other tests left open would be reused too.
    const fresh = await startScriptedUpstream()
    fresh.script([{ delta: 'a' }, { wait: 5 }, { write: stop + done }, { end: true }])
    for (let turn = 0; turn < 10; turn++) await ask(fresh.baseUrl)
    const connections = fresh.requests.map((request) => request.connection)
    await fresh.stop()
    // A response may end just after the next request was sent.
    expect(new Set(connections).size).toBeLessThan(5)
  })
})

describe('a reply that doesn’t end normally', () => {
  test.each<[string, string, string]>([
    ['neither finish_reason nor [DONE]', delta('a') + delta('b'), 'ab'],
    ['only reasoning', reasoning('hm'), ''],
    ['an event cut in the middle', `${delta('a')}data: {"choices":[{"del`, 'a'],
  ])('%s was cut off', async (_, body, text) => {
    const received = await answerTo(body)
    expect(received.text).toBe(text)
    expect(problemOf(received)).toMatchObject({
      kind: 'network',
      message: 'The connection dropped before the reply was complete. Try again.',
      retryable: true,
      requestId: 'req-scripted',
    })
  })

  test.each([
    ['a reset', { reset: true }],
    ['a closed socket', { cut: true }],
  ] as const)('%s in the middle keeps the text', async (_, step) => {
    upstream.script([{ delta: 'kept' }, { wait: 20 }, step])
    const received = await ask(upstream.baseUrl)
    expect(received.text).toBe('kept')
    expect(problemOf(received).kind).toBe('network')
  })

  test('a socket closed right after the text keeps the text, every time', async () => {
    upstream.script([{ delta: 'kept' }, { cut: true }])
    for (let turn = 0; turn < 100; turn++) expect((await ask(upstream.baseUrl)).text).toBe('kept')
  })

  test.each([
    ['before the headers', [{ reset: true }]],
    [
      'after the headers',
      [
        { status: 200, headers: { 'content-type': 'text/event-stream' } },
        { write: ':\n\n' },
        { wait: 20 },
        { reset: true },
      ],
    ],
  ] as const)('a reset %s', async (_, steps) => {
    upstream.script([...steps])
    expect(problemOf(await ask(upstream.baseUrl))).toMatchObject({ kind: 'network', retryable: true })
  })

  const failure = { message: 'The engine is overloaded', type: 'overloaded_error', code: 'overloaded_error' }
  test.each<[string, string]>([
    ['an object', event({ error: failure })],
    ['a string', event({ error: 'The engine is overloaded' })],
    ['an event named error', `event: error\ndata: ${JSON.stringify(failure)}\n\n`],
    ['an event named error, as text', 'event: error\ndata: The engine is overloaded\n\n'],
    ['{"object": "error"}', event({ object: 'error', ...failure, type: undefined })],
    ['{"type": "error"}', event({ type: 'error', error: failure })],
    ['a detail', event({ detail: 'The engine is overloaded' })],
    ['inside a choice', choice({ delta: {}, finish_reason: 'error', error: failure })],
    ['with choices beside it', chunk({ choices: [], error: { ...failure, code: 502 } })],
    ['a line that is no event', `error: ${JSON.stringify(failure)}\n\n`],
    ['a bare JSON line', `${JSON.stringify({ error: failure })}\n\n`],
  ])('an error in the stream, as %s, first, midway and before [DONE]', async (_, error) => {
    for (const before of ['', delta('kept')]) {
      const received = await answerTo(before + error + done)
      expect(received.text).toBe(before === '' ? '' : 'kept')
      expect(problemOf(received)).toMatchObject({ kind: 'upstream', upstreamMessage: 'The engine is overloaded' })
    }
  })

  test('an error object determines kind and status', async () => {
    const received = await answerTo(delta('a') + event({ error: { code: 429, message: 'Rate limit exceeded' } }))
    expect(problemOf(received)).toMatchObject({ kind: 'rate_limit', upstreamStatus: 429, retryable: true })
  })

  test('a null error is none', async () => {
    expect((await answerTo(chunk({ choices: [], error: null }) + delta('a') + done)).end.problem).toBeNull()
  })

  test.each([
    ['error', 'upstream'],
    ['insufficient_system_resource', 'upstream'],
    ['abort', 'upstream'],
    ['ERROR', 'upstream'],
    ['network_error', 'upstream'],
    ['cancelled', 'upstream'],
  ])('finish_reason %s keeps the text and is a problem', async (reason, kind) => {
    const received = await answerTo(delta('kept') + finish(reason) + done)
    expect(received.text).toBe('kept')
    expect(received.end.finishReason).toBe(reason)
    expect(problemOf(received).kind).toBe(kind)
  })

  const filters = [
    'content_filter',
    'SAFETY',
    'PROHIBITED_CONTENT',
    'RECITATION',
    'content_filter: hate',
    'refusal',
    'sensitive',
  ]
  test.each(filters)('%s without text is a problem, and with text the finish reason', async (reason) => {
    expect(problemOf(await answerTo(finish(reason) + done)).kind).toBe('content_filter')
    expect(problemOf(await answerTo(reasoning('hm') + finish(reason) + done)).kind).toBe('content_filter')
    expect((await answerTo(delta('a') + finish(reason) + done)).end).toEqual({ finishReason: reason, problem: null })
  })

  test.each([
    [
      'beside choices',
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { error: 'over_capacity' } },
    ],
    ['with none', { choices: [], x_groq: { id: 'x', error: { message: 'over_capacity' } } }],
  ])('an x_groq.error %s keeps the text and is a problem', async (_, fields) => {
    const received = await answerTo(delta('kept') + chunk(fields) + done)
    expect(received.text).toBe('kept')
    expect(problemOf(received)).toMatchObject({ kind: 'upstream', upstreamMessage: 'over_capacity' })
  })

  test.each<[string, string]>([
    ['an event', event({ error: failure })],
    ['an event named error', `event: error\ndata: ${JSON.stringify(failure)}\n\n`],
    ['beside choices', chunk({ choices: [], error: failure })],
    ['a bare JSON line', `${JSON.stringify({ error: failure })}\n\n`],
  ])(
    'an error after the end, as %s, leaves a complete reply complete, and is reported separately',
    async (_, error) => {
      for (const reason of ['stop', 'length']) {
        const received = await answerTo(delta('All of it.') + finish(reason) + error + done)
        expect(received.text).toBe('All of it.')
        expect(received.end).toMatchObject({ finishReason: reason, problem: null, errorAfterEnd: { kind: 'upstream' } })
      }
    },
  )

  test.each<[string, string]>([
    ['that was an error too', delta('kept') + finish('error')],
    ['with no text', reasoning('hm') + finish('stop')],
    ['that was none, since text followed', delta('a') + finish('stop') + delta('b')],
  ])('an error after an end %s is a problem', async (_, before) => {
    const received = await answerTo(before + event({ error: failure }) + done)
    expect(problemOf(received)).toMatchObject({ kind: 'upstream', upstreamMessage: 'The engine is overloaded' })
  })

  test('a malformed event keeps the text, ends the reply and shows no payload', async () => {
    const received = await answerTo(delta('kept') + event('{"choices": secret') + delta('lost') + stop + done)
    expect(received.text).toBe('kept')
    expect(problemOf(received).kind).toBe('upstream')
    expect(JSON.stringify(received.end)).not.toContain('secret')
  })

  test('unexpected tool calls are named', async () => {
    const call = (fields: object) => choice({ delta: { tool_calls: [{ index: 0, function: fields }] } })
    const received = await answerTo(
      call({ name: 'get_weather', arguments: '' }) + call({ arguments: '{}' }) + finish('tool_calls') + done,
    )
    expect(received.end.finishReason).toBe('tool_calls')
    expect(problemOf(received).message).toContain('the tool “get_weather”')
  })
})

describe('a 200 that isn’t a stream', () => {
  async function body(type: string, text: string) {
    upstream.script([{ status: 200, headers: { 'content-type': type } }, { write: text }, { end: true }])
    return await ask(upstream.baseUrl)
  }

  test.each(['application/json', 'text/event-stream', 'text/plain'])(
    'a JSON completion as %s is shown',
    async (type) => {
      const received = await body(type, JSON.stringify(whole('All at once.')))
      expect(received.texts).toEqual(['All at once.'])
      expect(received.usages).toMatchObject([{ promptTokens: 5, completionTokens: 3 }])
      expect(received.end).toEqual({ finishReason: 'stop', problem: null })
    },
  )

  test('a stream labeled as JSON is read', async () => {
    expect((await body('application/json', delta('a') + stop + done)).text).toBe('a')
  })

  test.each<[string, string, string, RegExp]>([
    ['HTML', 'text/html', '<!doctype html><html><body>Sign in</body></html>', /web page \(200\)/],
    ['HTML that is called a stream', 'text/event-stream', '\n <html><title>Sign in</title></html>', /web page/],
    ['NDJSON', 'application/x-ndjson', '{"message":{"content":"a"}}\n{"message":{"content":"b"}}\n', /format/],
    ['JSON that is no completion', 'application/json', '{"status":"ok"}', /format/],
    ['an empty body', 'text/event-stream', '', /empty reply/],
    ['blank lines', 'text/event-stream', '\n\n\n', /empty reply/],
    ['plain text', 'text/plain', 'Not here', /empty reply/],
    ['[DONE] and nothing else', 'text/event-stream', done, /empty reply/],
    ['comments alone', 'text/event-stream', ': hello\n\n', /empty reply/],
  ])('%s is an error with a message', async (_, type, text, message) => {
    const received = await body(type, text)
    expect(received.text).toBe('')
    expect(problemOf(received)).toMatchObject({ kind: 'upstream', message: expect.stringMatching(message) })
  })

  test('a 204', async () => {
    upstream.script([{ status: 204 }, { end: true }])
    expect(problemOf(await ask(upstream.baseUrl)).message).toMatch(/empty reply/)
  })

  test('a JSON error', async () => {
    const received = await body(
      'application/json',
      '{"error":{"message":"No credit left","code":"insufficient_quota"}}',
    )
    expect(problemOf(received)).toMatchObject({ kind: 'quota', upstreamMessage: 'No credit left', retryable: false })
  })

  test('JSON that was cut off', async () => {
    const text = JSON.stringify(whole('All'))
    upstream.script([
      { status: 200, headers: { 'content-length': '5000' } },
      { write: text.slice(0, -9) },
      { wait: 20 },
      { cut: true },
    ])
    expect(problemOf(await ask(upstream.baseUrl)).kind).toBe('network')
  })
})

describe('a reply requested whole', () => {
  test('is one text, one reasoning and the usage', async () => {
    const message = { role: 'assistant', content: 'Forty-two.', reasoning_content: 'Six by nine?' }
    upstream.script([
      { status: 200, headers: { 'content-type': 'application/json' } },
      { write: JSON.stringify(whole('', { choices: [{ index: 0, message, finish_reason: 'stop' }] })) },
      { end: true },
    ])
    const received = await ask(upstream.baseUrl, { request: { stream: false } })
    expect(upstream.requests[0]?.body).toMatchObject({ stream: false })
    expect(upstream.requests[0]?.body.stream_options).toBeUndefined()
    expect(received).toMatchObject({ texts: ['Forty-two.'], reasonings: ['Six by nine?'], end: { problem: null } })
    expect(received.usages).toHaveLength(1)
  })
})

describe('statuses', () => {
  test.each<[number, string, string, boolean]>([
    [
      401,
      '{"error":{"message":"Incorrect API key provided: sk-abcd****wxyz.","code":"invalid_api_key"}}',
      'auth',
      false,
    ],
    [402, '{"error":{"message":"Insufficient Balance"}}', 'quota', false],
    [403, '{"error":{"message":"Country not supported"}}', 'auth', false],
    [404, '{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}', 'model_not_found', false],
    [404, '{"error":{"message":"model \'x\' not found"}}', 'model_not_found', false],
    [404, 'Not Found', 'not_found', false],
    [400, '{"error":{"message":"This model\'s maximum context length is 8192 tokens"}}', 'context_length', false],
    [400, '[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]', 'auth', false],
    [408, '{}', 'timeout', true],
    [409, '{}', 'upstream', true],
    [413, '{"error":{"message":"Request too large","code":"rate_limit_exceeded"}}', 'context_length', false],
    [429, '{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}', 'rate_limit', true],
    [429, '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}', 'quota', false],
    [429, '"slow down"', 'rate_limit', true],
    [500, '{"error":"out of luck"}', 'upstream', true],
    [503, '', 'upstream', true],
    [504, '', 'timeout', true],
    [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'upstream', true],
    [999, 'what', 'upstream', true],
  ])('%d %s is %s', async (status, body, kind, retryable) => {
    expect(problemOf(await answerOf(status, body))).toMatchObject({ kind, retryable })
  })

  test('a proxy that responds with a web page', async () => {
    const received = await answerOf(502, '<html><head><title>502 Bad Gateway</title></head></html>', {
      'content-type': 'text/html',
    })
    expect(problemOf(received)).toMatchObject({ kind: 'upstream', upstreamStatus: 502, retryable: true })
    expect(problemOf(received).message).toContain('The provider responded with a web page (502)')
    expect(problemOf(received).upstreamMessage).toBeUndefined()
  })

  test('an endless error body is read in part', async () => {
    const startedAt = performance.now()
    upstream.script([{ status: 500 }, { write: `{"error":{"message":"${'x'.repeat(100_000)}` }, { until: 'never' }])
    const received = await ask(upstream.baseUrl)
    expect(problemOf(received).kind).toBe('upstream')
    expect(problemOf(received).upstreamMessage?.length ?? 0).toBeLessThanOrEqual(300)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect((await (await upstream.request(0)).closed).ended).toBe(false)
  })

  test('the request id is included', async () => {
    expect(problemOf(await answerOf(500, '{}', { 'x-request-id': 'req_123' })).requestId).toBe('req_123')
  })

  test.each([301, 302, 307, 308])('a redirect (%d) is an error and isn’t followed', async (status) => {
    const other = await startScriptedUpstream()
    const received = await answerOf(status, '', { location: `${other.baseUrl}/chat/completions` })
    await other.stop()
    expect(problemOf(received)).toMatchObject({ kind: 'bad_request', upstreamStatus: status, retryable: false })
    expect(other.requests).toEqual([])
  })
})

describe('usage', () => {
  const counts = (prompt: number, completion: number) => usageFields({ prompt, completion })
  test.each<[string, string, number, number]>([
    ['with empty choices', delta('a') + stop + usage({ prompt: 5, completion: 3 }), 5, 3],
    [
      'in the chunk that finishes',
      chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: counts(5, 3) }),
      5,
      3,
    ],
    [
      'on every chunk: the last one, not a sum',
      chunk({ choices: [], usage: counts(5, 1) }) + chunk({ choices: [], usage: counts(5, 2) }) + stop,
      5,
      2,
    ],
    [
      'a malformed one after a valid one',
      chunk({ choices: [], usage: counts(5, 3) }) +
        chunk({ choices: [], usage: { prompt_tokens: 'many', completion_tokens: null } }) +
        stop,
      5,
      3,
    ],
    [
      'a null after a valid one',
      chunk({ choices: [], usage: counts(5, 3) }) + chunk({ choices: [], usage: null }) + stop,
      5,
      3,
    ],
    ['in x_groq', chunk({ choices: [], x_groq: { usage: counts(5, 3) } }) + stop, 5, 3],
    [
      'in Gemini’s field',
      chunk({ choices: [], usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 } }) +
        stop,
      5,
      3,
    ],
    ['in the choice', choice({ finish_reason: 'stop', usage: counts(5, 3) }), 5, 3],
  ])('%s', async (_, body, promptTokens, completionTokens) => {
    const { usages } = await answerTo(body + done)
    expect(usages.slice(-1)).toEqual([
      { promptTokens, completionTokens, cachedTokens: 0, reasoningTokens: 0, source: 'reported', cost: null },
    ])
  })

  test.each([
    {},
    { prompt_tokens: -1, completion_tokens: 2 },
    { prompt_tokens: 1.5, completion_tokens: 2 },
    { prompt_tokens: 1e300, completion_tokens: 1 },
    { prompt_tokens: 1, completion_tokens: 1e9 },
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { prompt_tokens: 5 },
    { total_tokens: 5 },
    { prompt_tokens: 5, completion_tokens: null },
    { prompt_tokens: 9, total_tokens: 5 },
    'lots',
    [],
  ])('is not read from %j', async (value) => {
    expect((await answerTo(chunk({ choices: [], usage: value }) + stop + done)).usages).toEqual([])
  })
})

describe('sizes', () => {
  test('one delta of 1 MB', async () => {
    const text = 'wörd '.repeat(200_000)
    const received = await answerTo(delta(text) + stop + done)
    expect(received.text).toBe(text)
    expect(received.end.problem).toBeNull()
  })

  test('an endless line ends the reply at 4 MB, and the text before it stays', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    upstream.script([
      { delta: 'kept' },
      { write: 'data: {"' },
      ...Array.from({ length: 8 }, () => ({ write: megabyte })),
      { until: 'never' },
    ])
    const startedAt = performance.now()
    const received = await ask(upstream.baseUrl)
    expect(received.text).toBe('kept')
    expect(problemOf(received).message).toContain('4 MB')
    expect(performance.now() - startedAt).toBeLessThan(2000)
    expect((await (await upstream.request(0)).closed).ended).toBe(false)
  })

  test('a reply ends at 16 MB', async () => {
    const piece = delta('y'.repeat(1024 * 1024))
    upstream.script([...Array.from({ length: 20 }, () => ({ write: piece })), { write: stop + done }])
    const received = await ask(upstream.baseUrl)
    expect(problemOf(received).message).toContain('16 MB')
    expect(received.text.length).toBeGreaterThan(15 * 1024 * 1024)
    expect(received.text.length).toBeLessThanOrEqual(16 * 1024 * 1024)
  })
})

test('the deltas of one read reach the sink in one call', async () => {
  const received = await answerTo(Array.from({ length: 50 }, (_, n) => delta(`${n} `)).join('') + stop + done)
  expect(received.texts).toHaveLength(1)
})

test('a sink can pause reading, and gets everything when it resumes', async () => {
  const pieces = Array.from({ length: 12_000 }, (_, n) => `${n} ${'.'.repeat(1000)} `)
  upstream.script([...pieces.map((text) => ({ delta: text })), { write: stop + done }, { end: true }])
  let goOn = () => {}
  let holding = false
  let taken = 0
  const asked = ask(upstream.baseUrl, {
    onText: (text) => {
      taken += text.length
    },
    hold(resume) {
      if (holding) return false
      holding = true
      goOn = resume
      return true
    },
  })
  const request = await upstream.request(0)
  // Without the pause, everything arrives well within this time.
  expect(await Promise.race([request.closed, wait(1500, 'held')])).toBe('held')
  expect(taken).toBeLessThan(1_000_000)
  goOn()
  const received = await asked
  expect(received.text).toBe(pieces.join(''))
  expect(received.end).toEqual({ finishReason: 'stop', problem: null })
})

test('a connection that breaks during a pause ends the reply, also without keep-alive', async () => {
  upstream.script([
    { status: 200, headers: { 'content-type': 'text/event-stream', connection: 'close' } },
    { delta: 'one ' },
    { until: 'held' },
    { delta: 'two ' },
    { until: 'break' },
    { reset: true },
  ])
  const received = await ask(upstream.baseUrl, {
    onText: (text) => upstream.open(text.includes('two') ? 'break' : 'held'),
    hold: () => true,
  })
  expect(received.text).toBe('one two ')
  expect(problemOf(received)).toMatchObject({ kind: 'network' })
})

test('a throwing sink rejects, and the upstream is closed', async () => {
  upstream.script([{ delta: 'a' }, { until: 'never' }])
  const asked = ask(upstream.baseUrl, {
    onText: () => {
      throw new Error('The sink is full')
    },
  })
  await expect(asked).rejects.toThrow('The sink is full')
  expect((await (await upstream.request(0)).closed).ended).toBe(false)
})

test('a reply from this process takes the same path', async () => {
  const body = new Blob([delta('Hel') + delta('lo') + stop + usage({ prompt: 1, completion: 2 }) + done])
  const received = await ask('http://demo.invalid/v1', {
    connection: {
      fetch: async () => new Response(body.stream(), { headers: { 'content-type': 'text/event-stream' } }),
    },
  })
  expect(received).toMatchObject({ text: 'Hello', end: { finishReason: 'stop', problem: null } })
  expect(received.usages).toHaveLength(1)
})
