import { expect, test } from 'vitest'
import type { Usage } from '@/lib/protocol/events'
import { complete } from '@/lib/upstream/completion'
import { type Connection, noCapabilities } from '@/lib/upstream/connection'
import { demoFetch } from '@/lib/upstream/demo/fetch'
import { listModels } from '@/lib/upstream/models'

const connection: Connection = {
  providerId: 'demo',
  name: 'Demo model',
  baseUrl: 'http://demo.invalid/v1',
  apiKey: null,
  headers: {},
  guarded: false,
  capabilities: noCapabilities,
  remember() {},
  fetch: demoFetch,
}
const timeouts = { firstTokenMs: 1000, idleMs: 1000, heartbeatMs: 1000 }

/** Requests a reply as Rill's generations do. `stopAt` aborts at this length of text. */
async function ask(prompt: string, { model = 'rill-demo', stream = true, stopAt = Number.POSITIVE_INFINITY } = {}) {
  const abort = new AbortController()
  let text = ''
  let reasoning = ''
  const usages: Usage[] = []
  const sink = {
    text(more: string) {
      text += more
      if (text.length >= stopAt) abort.abort()
    },
    reasoning(more: string) {
      reasoning += more
    },
    usage(usage: Usage) {
      usages.push(usage)
    },
  }
  const request = { model, messages: [{ role: 'user' as const, content: prompt }], stream }
  const end = await complete(connection, request, sink, abort.signal, timeouts)
  return { text, reasoning, usage: usages.at(-1), end }
}

test('its replies are read, with their usage', async () => {
  const { text, usage, end } = await ask('Hello')
  expect(text).toMatch(/^Hello! I’m Rill’s demo model/)
  expect(end).toEqual({ finishReason: 'stop', problem: null })
  expect(usage).toMatchObject({ promptTokens: 2, source: 'reported' })
})

test('its reasoning is separate from its text, streamed or not', async () => {
  const { text, reasoning, usage } = await ask('Hello', { model: 'rill-demo-reasoning', stream: false })
  expect(reasoning).toMatch(/^I’m a small program, so this isn’t real thought/)
  expect(text).toMatch(/^Hello!/)
  expect(usage?.reasoningTokens).toBeGreaterThan(100)
  const streamed = await ask('echo Rivers bend.', { model: 'rill-demo-reasoning' })
  expect(streamed.reasoning).toBe(reasoning.replace('5 characters', '17 characters'))
  expect(streamed.text).toBe('Rivers bend.')
})

test('its errors are reported as what they simulate', async () => {
  expect((await ask('a rate limit')).end.problem).toMatchObject({
    kind: 'rate_limit',
    upstreamStatus: 429,
    retryable: true,
    requestId: expect.stringMatching(/^req_/),
  })
  expect((await ask('error 500')).end.problem).toMatchObject({ kind: 'upstream', upstreamStatus: 500, retryable: true })
  const cut = await ask('cut the connection')
  expect(cut.text).toContain('As you asked')
  expect(cut.end).toMatchObject({ finishReason: null, problem: { kind: 'network', retryable: true } })
  expect((await ask('hit max tokens')).end).toEqual({ finishReason: 'length', problem: null })
})

test('Stop ends a reply with the text that has arrived', async () => {
  const { text, end } = await ask('write 500 words', { stopAt: 30 })
  expect(end).toEqual({ finishReason: null, problem: null })
  expect(text.length).toBeLessThan(50)
})

test('its models are listed', async () => {
  expect(await listModels(connection, AbortSignal.timeout(1000))).toEqual({
    models: ['rill-demo', 'rill-demo-reasoning'].map((name) => ({ name, chats: true })),
    more: 0,
  })
})
