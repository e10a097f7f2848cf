import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CAPABILITIES_TTL_MS } from '@/lib/upstream/adaptation'
import type { ChatMessage } from '@/lib/upstream/connection'
import { noCapabilities } from '@/lib/upstream/connection'
import { delta, done, finish } from '@/tests/upstream/events'
import {
  type ScriptedRequest,
  type ScriptedUpstream,
  type Step,
  startScriptedUpstream,
} from '@/tests/upstream/scripted'
import { type AskOptions, ask, type Received } from './ask'

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
})
beforeEach(() => {
  upstream.requests.length = 0
})
afterAll(() => upstream.stop())

type Body = ScriptedRequest['body']

const answer: Step[] = [{ write: delta('fine') + finish('stop') + done }]
const whole: Step[] = [
  { status: 200, headers: { 'content-type': 'application/json' } },
  { write: JSON.stringify({ choices: [{ index: 0, message: { content: 'fine' }, finish_reason: 'stop' }] }) },
  { end: true },
]
function refusal(said: unknown, status = 400): Step[] {
  const body = typeof said === 'string' ? { error: { message: said } } : said
  return [{ status, headers: { 'content-type': 'application/json' } }, { write: JSON.stringify(body) }, { end: true }]
}

/** A server that rejects matching requests with `said`, and replies to all others. */
async function against(
  refused: (body: Body) => boolean,
  said: unknown,
  asking: AskOptions = {},
  status = 400,
): Promise<Received> {
  upstream.script(({ body }) => (refused(body) ? refusal(said, status) : body.stream ? answer : whole))
  return await ask(upstream.baseUrl, asking)
}
/** Expects two requests: a rejected one, and one in the form that the server accepts. */
function expectSecondTry(received: Received) {
  expect([received.text, received.end.problem, upstream.requests.length]).toEqual(['fine', null, 2])
}
const last = () => upstream.requests.at(-1)?.body

describe('a server that doesn’t stream a model', () => {
  test.each<[unknown, number?]>([
    [
      {
        error: {
          message:
            'Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.',
          type: 'invalid_request_error',
          param: 'stream',
          code: 'unsupported_value',
        },
      },
    ],
    ['Your organization must be verified to stream this model.'],
    ['Streaming is not supported for this model'],
    ['This model does not support streaming. Set stream to false.'],
    ["Unsupported value: 'stream' does not support true with this model.", 422],
    ['stream must be false for batch models'],
    [{ detail: 'Model o1-pro does not support stream mode' }, 501],
    [
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"Your organization must be verified to stream this model."}}' },
        },
      },
    ],
    ['litellm.BadRequestError: OpenAIException - Your organization must be verified to stream this model.'],
  ])('gets a request for the whole reply: %j', async (said, status) => {
    const received = await against((body) => body.stream === true, said, {}, status)
    expectSecondTry(received)
    expect(last()).toMatchObject({ stream: false })
    expect(last()?.stream_options).toBeUndefined()
    expect(received.remembered).toMatchObject([{ model: 'scripted', stream: false }])
    expect(received.end.differences).toEqual(['stream'])
  })

  test('or only streams it gets a request for a stream', async () => {
    const said = 'This model only support stream mode, please enable the stream parameter to access the model.'
    const received = await against((body) => !body.stream, said, { request: { stream: false } })
    expectSecondTry(received)
    expect(received.end.differences).toBeUndefined()
  })
})

describe('a server that rejects temperature', () => {
  const request = { temperature: 0.2 }
  test.each<[unknown, number?]>([
    [
      {
        error: {
          message:
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
          param: 'temperature',
          code: 'unsupported_value',
        },
      },
    ],
    ["Unsupported parameter: 'temperature' is not supported with this model."],
    ['`temperature` is deprecated for this model.'],
    ['`temperature` may only be set to 1 when thinking is enabled.'],
    ['invalid temperature: only 1 is allowed for this model'],
    [
      { detail: [{ loc: ['body', 'temperature'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }] },
      422,
    ],
    [{ error: { message: 'Bad value', param: 'temperature', code: 'unsupported_value' } }],
  ])('gets a request without it: %j', async (said, status) => {
    const received = await against((body) => 'temperature' in body, said, { request }, status)
    expectSecondTry(received)
    expect(received.remembered).toMatchObject([{ without: ['temperature'] }])
    expect(received.end.differences).toEqual(['temperature'])
  })

  test.each([
    'temperature must be at most 2',
    'temperature: 0.2 is not allowed, it must be between 0.5 and 1',
    'temperature too high',
  ])('differs from one that wants another value: %s', async (said) => {
    const received = await against(() => true, said, { request })
    expect([upstream.requests.length, received.end.problem?.kind, received.remembered]).toEqual([1, 'bad_request', []])
  })

  test('or any other optional field', async () => {
    const said = "Unrecognized request argument supplied: 'chat_template_kwargs'"
    const received = await against((body) => 'chat_template_kwargs' in body, said, {
      request: { extra: { chat_template_kwargs: true } },
    })
    expectSecondTry(received)
  })
})

describe('a server that rejects system messages', () => {
  const messages = [
    { role: 'system' as const, content: 'Be brief.' },
    { role: 'user' as const, content: 'Hello' },
    { role: 'assistant' as const, content: 'Hi' },
    { role: 'user' as const, content: 'More' },
  ]
  test.each<[unknown, number?]>([
    ['System role not supported'],
    [{ error: { message: "Unsupported value: 'messages[0].role' does not support 'system' with this model." } }],
    [
      [
        {
          error: {
            code: 400,
            message: 'Developer instruction is not enabled for models/gemma-3-27b-it',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
    ],
    ['System messages are not supported by this model'],
    ["This model doesn't support system messages. Try again without a system message."],
    ["Unexpected role 'system' in message"],
    ['Only user and assistant roles are supported!', 500],
    [{ object: 'error', message: 'Conversation roles must alternate user/assistant/user/assistant/...', code: 400 }],
    [{ detail: [{ loc: ['messages', 0, 'role'], msg: "Input should be 'user' or 'assistant'" }] }, 422],
  ])('gets the instructions in the first prompt: %j', async (said, status) => {
    const received = await against(
      (body) => body.messages?.[0]?.role === 'system',
      said,
      { request: { messages } },
      status,
    )
    expectSecondTry(received)
    expect(last()?.messages).toEqual([{ role: 'user', content: 'Be brief.\n\nHello' }, ...messages.slice(2)])
    expect(received.remembered).toMatchObject([{ systemRole: false }])
    expect(received.end.differences).toEqual(['system'])
  })

  test('gets the instructions as a prompt when the first message is none', async () => {
    const only = [{ role: 'system' as const, content: 'Begin.' }]
    await against((body) => body.messages?.[0]?.role === 'system', 'System role not supported', {
      request: { messages: only },
    })
    expect(last()?.messages).toEqual([{ role: 'user', content: 'Begin.' }])
  })

  test('gets messages without instructions unchanged', async () => {
    const received = await against(() => true, 'System role not supported')
    expect([upstream.requests.length, received.end.problem?.kind]).toEqual([1, 'bad_request'])
  })
})

describe('a server that rejects stream_options', () => {
  test.each<[number, unknown]>([
    [400, { error: { message: "Unknown field 'stream_options'", type: 'invalid_request_error' } }],
    [400, { error: { message: 'Unrecognized request argument supplied: stream_options' } }],
    [422, { detail: [{ loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] }],
    [400, { message: 'json: unknown field "include_usage"' }],
    [400, { error: { message: 'Extra inputs are not permitted' } }],
    [500, { error: { message: "TypeError: create() got an unexpected keyword argument 'stream_options'" } }],
    [500, { error: 'stream_options is not implemented' }],
    [
      400,
      {
        error: {
          message: 'The stream options parameter is only allowed when stream is enabled',
          param: 'stream_options',
        },
      },
    ],
  ])('gets a request without them, after a %d: %j', async (status, said) => {
    const received = await against((body) => 'stream_options' in body, said, {}, status)
    expectSecondTry(received)
    expect(last()).toMatchObject({ stream: true })
    expect(received.remembered).toMatchObject([{ without: ['stream_options'], stream: null }])
    expect(received.end.differences).toBeUndefined()
  })
})

describe('the limit of reply tokens', () => {
  const request = { maxTokens: 40 }
  test.each([
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    'Unknown parameter: max_tokens',
  ])('is sent under its newer name: %s', async (said) => {
    const received = await against((body) => 'max_tokens' in body, said, { request })
    expectSecondTry(received)
    expect(last()).toMatchObject({ max_completion_tokens: 40 })
  })

  test.each([
    'Unrecognized request argument supplied: max_completion_tokens',
    "max_completion_tokens: Extra inputs are not permitted. Did you mean 'max_tokens'?",
  ])('and under its older name again: %s', async (said) => {
    const learnt = {
      without: [],
      lengthName: 'max_completion_tokens' as const,
      stream: null,
      systemRole: true,
      learnedAt: Date.now(),
    }
    const received = await against((body) => 'max_completion_tokens' in body, said, {
      request,
      connection: { capabilities: new Map([['scripted', learnt]]) },
    })
    expectSecondTry(received)
    expect(last()).toMatchObject({ max_tokens: 40 })
  })

  test('is never omitted: a server that knows neither name gets two requests', async () => {
    upstream.script(({ body }) =>
      refusal(`Unknown parameter: ${'max_tokens' in body ? 'max_tokens' : 'max_completion_tokens'}`),
    )
    const received = await ask(upstream.baseUrl, { request })
    expect(upstream.requests.map(({ body }) => body.max_tokens ?? body.max_completion_tokens)).toEqual(
      upstream.requests.map(() => 40),
    )
    expect(upstream.requests).toHaveLength(2)
    expect([received.end.problem?.kind, received.remembered]).toEqual(['bad_request', []])
  })

  test('is not changed when it is too high', async () => {
    const received = await against(
      () => true,
      'max_tokens is too large: 40. This model supports at most 16 completion tokens',
      { request },
    )
    expect([upstream.requests.length, received.end.problem?.kind]).toEqual([1, 'bad_request'])
  })
})

test('several rejections are handled one after another and stored once', async () => {
  upstream.script(({ body }) => {
    if (body.stream_options) return refusal('Unknown field stream_options')
    if (body.messages?.[0]?.role === 'system') return refusal('System role not supported')
    if ('temperature' in body) return refusal("Unsupported value: 'temperature'")
    if (body.max_tokens) return refusal("Use 'max_completion_tokens' instead of 'max_tokens'.")
    return body.stream ? refusal('Streaming is not supported') : whole
  })
  const messages = [
    { role: 'system' as const, content: 'Be brief.' },
    { role: 'user' as const, content: 'Hello' },
  ]
  const request = { maxTokens: 40, temperature: 0, messages }
  const { text, remembered, end } = await ask(upstream.baseUrl, { request })
  expect([text, upstream.requests.length]).toEqual(['fine', 6])
  expect(remembered).toEqual([
    {
      model: 'scripted',
      without: ['stream_options', 'temperature'],
      lengthName: 'max_completion_tokens',
      stream: false,
      systemRole: false,
    },
  ])
  expect(end.differences).toEqual(['stream', 'system', 'temperature'])
  // The next request has the right form at once; that for another model has the default form.
  const [learnt] = remembered
  if (!learnt) throw new Error('Nothing was learnt')
  const connection = { capabilities: new Map([['scripted', { ...learnt, learnedAt: Date.now() }]]) }
  expect(await ask(upstream.baseUrl, { request, connection })).toMatchObject({ text: 'fine', remembered: [] })
  expect(upstream.requests).toHaveLength(7)
  upstream.script(answer)
  await ask(upstream.baseUrl, { request: { ...request, model: 'other' }, connection })
  expect(last()).toMatchObject({ max_tokens: 40, temperature: 0, stream: true, stream_options: {} })
  // After a week, the default form is tried again.
  const old = { capabilities: new Map([['scripted', { ...learnt, learnedAt: Date.now() - CAPABILITIES_TTL_MS }]]) }
  await ask(upstream.baseUrl, { request, connection: old })
  expect(last()).toMatchObject({ max_tokens: 40, temperature: 0, stream: true, stream_options: {} })
})

describe('no adapted request', () => {
  test.each<[number, unknown]>([
    [401, 'stream_options is not supported with this key'],
    [402, 'stream is not supported without credit'],
    [403, "Unsupported value: 'temperature'"],
    [429, 'Streaming is not supported on the free tier'],
    [400, { error: { message: "Unsupported: 'temperature'", code: 'insufficient_quota' } }],
    [400, 'The upstream is full'],
    [500, 'Internal error'],
    [404, 'No such model'],
  ])('after a %d: %j', async (status, said) => {
    const received = await against(() => true, said, { request: { temperature: 1 } }, status)
    expect([upstream.requests.length, received.remembered]).toEqual([1, []])
  })

  test('follows another without end: a server that rejects everything', async () => {
    const said =
      "Unsupported: 'stream', 'stream_options', 'temperature', 'max_tokens', 'max_completion_tokens', 'system' role. Enable the stream parameter."
    const messages = [{ role: 'system' as const, content: 'Be brief.' }]
    const received = await against(() => true, said, { request: { temperature: 1, maxTokens: 4, messages } })
    expect(upstream.requests.length).toBeLessThanOrEqual(8)
    expect([received.end.problem?.kind, received.remembered]).toEqual(['bad_request', []])
  })

  test('has changed the capabilities of an unknown provider', () => expect(noCapabilities.size).toBe(0))
})

describe('a rejection that names its field separately', () => {
  test.each<[string, unknown, AskOptions['request'], (body: Body) => boolean]>([
    ['stream', { message: 'Not for you.', param: 'stream', code: null }, {}, (body) => body.stream === true],
    [
      'max_tokens',
      { message: 'Not for this model.', param: 'max_tokens', code: 'x' },
      { maxTokens: 90 },
      (body) => 'max_tokens' in body,
    ],
    [
      'temperature',
      { message: 'Unsupported value.', param: 'temperature', code: 'unsupported_value' },
      { temperature: 0.5 },
      (body) => 'temperature' in body,
    ],
    [
      'stream, in what a gateway wraps',
      { message: '{"error":{"message":"Refused.","param":"stream"}}', code: 400 },
      {},
      (body) => body.stream === true,
    ],
  ])('is understood: %s', async (_, error, request, refused) => {
    expectSecondTry(await against(refused, { error }, { request }))
  })
})

describe('a rejection inside a 200', () => {
  const system: AskOptions['request'] = {
    messages: [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hello' },
    ],
  }
  test.each<[string, unknown, AskOptions['request'], (body: Body) => boolean]>([
    [
      'a temperature',
      { message: "Unsupported value: 'temperature'", param: 'temperature', code: 'unsupported_value' },
      { temperature: 0.5 },
      (body) => 'temperature' in body,
    ],
    [
      'stream options',
      { message: 'Unrecognized request argument supplied: stream_options', code: 400 },
      {},
      (body) => 'stream_options' in body,
    ],
    [
      'instructions',
      'System role not supported',
      system,
      (body) => body.messages?.some(({ role }) => role === 'system') === true,
    ],
  ])('leads to a request without %s', async (_, error, request, refused) => {
    for (const inStream of [true, false]) {
      upstream.requests.length = 0
      const steps: Step[] = inStream
        ? [{ write: `data: ${JSON.stringify({ error })}\n\n${done}` }]
        : refusal({ error }, 200)
      upstream.script(({ body }) => (refused(body) ? steps : answer))
      const received = await ask(upstream.baseUrl, { request })
      expectSecondTry(received)
      expect(received.remembered).toHaveLength(1)
    }
  })

  test('leads to no other request after content, nor when it is about a rate limit', async () => {
    const error = { message: "Unsupported value: 'temperature'", code: 'unsupported_value' }
    upstream.script([{ delta: 'Half' }, { write: `data: ${JSON.stringify({ error })}\n\n` }])
    const half = await ask(upstream.baseUrl, { request: { temperature: 0.5 } })
    expect([half.text, half.end.problem?.kind, upstream.requests.length]).toEqual(['Half', 'bad_request', 1])
    upstream.script([{ write: `data: ${JSON.stringify({ error: { ...error, code: 429 } })}\n\n` }])
    const limited = await ask(upstream.baseUrl, { request: { temperature: 0.5 } })
    expect([limited.end.problem?.kind, upstream.requests.length]).toEqual(['rate_limit', 2])
    expect(limited.remembered).toEqual([])
  })

  test('Stop ends the adapted request and closes its socket', async () => {
    const error = "Unsupported value: 'temperature'"
    upstream.script(({ body }) =>
      'temperature' in body ? [{ write: `data: ${JSON.stringify({ error })}\n\n` }] : [{ until: 'never' }],
    )
    const stop = new AbortController()
    const asked = ask(upstream.baseUrl, { request: { temperature: 0.5 }, signal: stop.signal })
    const second = await upstream.request(1)
    stop.abort()
    expect((await asked).end).toEqual({ finishReason: null, problem: null })
    expect(await second.closed).toMatchObject({ ended: false })
    expect(upstream.requests).toHaveLength(2)
  })

  test('is reported when nothing more can be omitted', async () => {
    upstream.script([{ write: `data: ${JSON.stringify({ error: 'temperature is not supported' })}\n\n` }])
    const received = await ask(upstream.baseUrl, { request: { temperature: 0.5 } })
    expect(received.end.problem?.message).toContain('temperature is not supported')
    expect([received.remembered, upstream.requests.length]).toEqual([[], 2])
  })
})

describe('a rejection in another language', () => {
  test.each([
    'temperature 参数不支持该模型',
    'Der Parameter temperature wird von diesem Modell nicht unterstützt.',
    "Le paramètre temperature n'est pas pris en charge.",
    'El parámetro temperature no es compatible con este modelo.',
  ])('of a field: %s', async (said) => {
    expectSecondTry(await against((body) => 'temperature' in body, said, { request: { temperature: 0.5 } }))
  })

  test.each(['该模型不支持 stream 模式', 'Streaming wird von diesem Modell nicht unterstützt'])(
    'of streaming: %s',
    async (said) => {
      expectSecondTry(await against((body) => body.stream === true, said))
    },
  )

  test.each(['不支持 system 角色', "Invalid value: 'system'. Supported values are: 'user' and 'assistant'."])(
    'of instructions: %s',
    async (said) => {
      const messages: ChatMessage[] = [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'Hello' },
      ]
      const refused = (body: Body) => body.messages?.some(({ role }) => role === 'system') === true
      expectSecondTry(await against(refused, said, { request: { messages } }))
    },
  )
})
