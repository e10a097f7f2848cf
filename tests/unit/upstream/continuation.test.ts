import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ChatMessage, type CompletionRequest, type Connection, noCapabilities } from '@/lib/upstream/connection'
import { completeOrContinue, longestContinuationMessages } from '@/lib/upstream/continuation'
import { prefillRequest } from '@/lib/upstream/prefill'
import { done, finish } from '../../upstream/events'
import { type ScriptedUpstream, type Step, startScriptedUpstream } from '../../upstream/scripted'

const timeouts = { firstTokenMs: 5000, idleMs: 5000, heartbeatMs: 5000 }
const partial = 'The river rises in the hills and comes down through the old to'
const end: Step = { write: finish('stop') + done }

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
})
beforeEach(() => void upstream.requests.splice(0))
afterAll(() => upstream.stop())

function connectionTo(baseUrl: string, providerId: string): Connection {
  const none = { apiKey: null, headers: {}, guarded: false, capabilities: noCapabilities, remember() {} }
  return { providerId, name: 'Provider', baseUrl, ...none }
}

const request: CompletionRequest = {
  model: 'scripted',
  messages: [{ role: 'user', content: 'Tell me of the river' }],
  stream: true,
  partial,
}

/** The text that follows the partial reply, and how it ended. */
async function continued(providerId: string, asked = request) {
  let text = ''
  const sink = {
    text: (more: string) => {
      text += more
    },
    reasoning() {},
    usage() {},
  }
  const inWords: ChatMessage[][] = []
  const options = {
    ...{ timeouts, limits: { attempts: 1, baseMs: 1, maxWaitMs: 1 }, onWait() {} },
    onPromptedContinuation: (messages: ChatMessage[]) => inWords.push(messages),
  }
  const connection = connectionTo(upstream.baseUrl, providerId)
  const { problem } = await completeOrContinue(connection, asked, sink, new AbortController().signal, options)
  return { text, problem, inWords, bodies: upstream.requests.map(({ body }) => body) }
}

describe('a server that can’t continue a reply by itself', () => {
  test('gets a prompt to continue, after the branch and the partial reply', async () => {
    upstream.script([{ delta: 'wn.' }, end])
    const { text, problem, bodies } = await continued('some-provider')
    expect([text, problem]).toEqual(['wn.', null])
    const [user, assistant, instruction] = bodies[0]?.messages ?? []
    expect(bodies).toHaveLength(1)
    expect(user).toEqual({ role: 'user', content: 'Tell me of the river' })
    expect(assistant).toEqual({ role: 'assistant', content: partial })
    expect(instruction).toMatchObject({ role: 'user', content: expect.stringContaining('broke off') })
  })

  test('has a repetition of the last words removed', async () => {
    upstream.script([{ delta: 'down through ' }, { delta: 'the old to' }, { delta: 'wn.' }, end])
    expect((await continued('some-provider')).text).toBe('wn.')
  })

  test('keeps text that ends while it may still become a repetition', async () => {
    upstream.script([{ delta: 'down through' }, { cut: true }])
    const { text, problem } = await continued('some-provider')
    expect([text, problem?.kind]).toEqual(['down through', 'network'])
  })

  test('adds nothing when it is cut off within a repetition', async () => {
    upstream.script([{ delta: 'comes down through' }, { delta: ' the old' }, { cut: true }])
    const { text, problem } = await continued('some-provider')
    expect([text, problem?.kind]).toEqual(['', 'network'])
  })

  test('adds nothing when it reaches its limit within a repetition', async () => {
    upstream.script([{ delta: 'comes down through the old' }, { write: finish('length') + done }])
    expect(await continued('some-provider')).toMatchObject({ text: '', problem: null })
  })
})

describe('a server that continues a reply by itself', () => {
  test('gets the partial reply as the last message', async () => {
    upstream.script([{ delta: 'wn.' }, end])
    const { text, inWords, bodies } = await continued('llamacpp')
    expect([text, inWords]).toEqual(['wn.', []])
    expect(bodies).toHaveLength(1)
    expect(bodies[0]?.messages?.at(-1)).toEqual({ role: 'assistant', content: partial })
    expect(bodies[0]).toMatchObject({ continue_final_message: true, add_generation_prompt: false })
  })

  test('gets a prompt to continue when it rejects that', async () => {
    const refusal = JSON.stringify({ error: { message: 'Prefill is incompatible with enable_thinking.', code: 400 } })
    upstream.script(({ body }) =>
      body.continue_final_message
        ? [{ status: 400, headers: { 'content-type': 'application/json' } }, { write: refusal }]
        : [{ delta: 'wn.' }, end],
    )
    const { text, problem, inWords, bodies } = await continued('llamacpp')
    expect([text, problem]).toEqual(['wn.', null])
    expect(inWords).toEqual([bodies.at(-1)?.messages])
    expect(inWords).toEqual([[...request.messages, ...longestContinuationMessages(request)]])
    expect(bodies.at(-1)?.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(bodies.at(-1)).not.toHaveProperty('continue_final_message')
  })

  test('gets no other request when it can’t be reached', async () => {
    upstream.script([{ status: 500 }, { write: 'no' }])
    const { problem, bodies } = await continued('llamacpp')
    expect([problem?.kind, bodies.length]).toEqual(['upstream', 1])
  })
})

test('without a partial reply, the request is an ordinary one', async () => {
  upstream.script([{ delta: 'The river.' }, end])
  const { text, bodies } = await continued('some-provider', { ...request, partial: '' })
  expect([text, bodies[0]?.messages]).toEqual(['The river.', request.messages])
})

describe('known servers', () => {
  const ask = (baseUrl: string) => prefillRequest(connectionTo(baseUrl, 'own'), request, partial)

  test('DeepSeek continues at its beta address, from a message marked as a prefix', () => {
    const asked = ask('https://api.deepseek.com/v1')
    expect(asked?.connection.baseUrl).toBe('https://api.deepseek.com/beta')
    expect(asked?.request.messages.at(-1)).toEqual({ role: 'assistant', content: partial, prefix: true })
  })

  test('Mistral echoes the partial reply', () => {
    const asked = ask('https://api.mistral.ai/v1')
    expect(asked?.connection.baseUrl).toBe('https://api.mistral.ai/v1')
    expect(asked).toMatchObject({ echoes: true, request: { messages: [{}, { prefix: true }] } })
  })

  test.each([
    'https://api.openai.com/v1',
    'https://api.anthropic.com/v1',
    'https://openrouter.ai/api/v1',
    'http://api.deepseek.com/v1',
    'https://api.deepseek.com.example.org/v1',
    'no address',
  ])('%s doesn’t continue by itself', (baseUrl) => {
    expect(ask(baseUrl)).toBeNull()
  })
})
