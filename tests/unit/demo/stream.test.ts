import { performance } from 'node:perf_hooks'
import OpenAI from 'openai'
import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { machineDelay } from '@/tests/delay'
import { client, messagesOf, stream, whole } from './ask'

const machine = machineDelay()

/** Everything that a reply brought, with the time of each text in milliseconds since the request. */
async function collect(answer: AsyncIterable<ChatCompletionChunk>, onText = (_text: string) => {}) {
  const startedAt = performance.now()
  const chunks: ChatCompletionChunk[] = []
  const times: number[] = []
  let text = ''
  for await (const chunk of answer) {
    chunks.push(chunk)
    const piece = chunk.choices[0]?.delta.content
    if (!piece) continue
    text += piece
    times.push(performance.now() - startedAt)
    onText(text)
  }
  return { chunks, times, text }
}

/** The reasoning in a delta, which the SDK's types don't include. */
function reasoningIn(chunk: ChatCompletionChunk): string {
  const delta = z.object({ reasoning_content: z.string().optional() }).safeParse(chunk.choices[0]?.delta)
  return delta.data?.reasoning_content ?? ''
}

function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe('a streamed reply', () => {
  test('has a role chunk, deltas, one finish reason, and the usage in a chunk without choices', async () => {
    const { chunks, times, text } = await collect(await stream('echo Rivers bend.'))
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '', refusal: null })
    expect(text).toBe('Rivers bend.')
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? [])).toEqual(['stop'])
    expect(new Set(chunks.map(({ id, object, model }) => `${object} ${model} ${id}`)).size).toBe(1)
    expect(chunks[0]).toMatchObject({ object: 'chat.completion.chunk', model: 'rill-demo', usage: null })
    const last = chunks.at(-1)
    expect(last?.choices).toEqual([])
    expect(last?.usage).toEqual({
      prompt_tokens: 5,
      completion_tokens: times.length,
      total_tokens: times.length + 5,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    })
  })

  test('is server-sent events that end with [DONE], without usage unless requested', async () => {
    const response = await client.chat.completions
      .create({ model: 'rill-demo', messages: messagesOf('echo Rivers bend.'), stream: true })
      .asResponse()
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    const events = (await response.text()).split('\n\n')
    expect(events.splice(-2)).toEqual(['data: [DONE]', ''])
    for (const event of events) expect(JSON.parse(event.replace(/^data: /, ''))).not.toHaveProperty('usage')
  })

  test('comes at 60 tokens a second by the clock, and catches up after the process was busy', async () => {
    let blocked = false
    const { times } = await collect(await stream(`echo ${'four '.repeat(90)}`), (text) => {
      if (blocked || text.length < 150) return
      blocked = true
      const until = performance.now() + 400
      while (performance.now() < until);
    })
    expect(times).toHaveLength(91)
    expect(times[0]).toBeLessThan(150)
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0)
    expect(took).toBeGreaterThan(1450)
    expect(took).toBeLessThan(1800)
  })

  test('delivers everything overdue in one read', async () => {
    const response = await stream('write 500 words').asResponse()
    const until = performance.now() + 300
    while (performance.now() < until);
    const reader = response.body?.getReader()
    const read = await reader?.read()
    expect(new TextDecoder().decode(read?.value).split('\n\n').length).toBeGreaterThan(16)
    await reader?.cancel()
  })

  test('arrives smoothly: no text comes more than a few tokens at a time', async () => {
    const { times } = await collect(await stream('Hello'))
    const moments = new Set(times.map((time) => Math.round(time / 8)))
    expect(moments.size).toBeGreaterThan(times.length * 0.5)
  })

  test('runs beside another one', async () => {
    const startedAt = performance.now()
    const [one, two] = await Promise.all([
      collect(await stream('Hello')),
      collect(await stream(`echo ${'drip '.repeat(40)}`)),
    ])
    expect(one.text).toMatch(/to see what I can do\.$/)
    expect(two.text.trim()).toBe('drip '.repeat(40).trim())
    expect(performance.now() - startedAt).toBeLessThan(1200 + machine.longest())
  })

  test('reasons for two to three seconds first on request', async () => {
    const { chunks, text } = await collect(await stream('think first, then answer'))
    const reasoned = chunks.flatMap((chunk, index) => (reasoningIn(chunk) === '' ? [] : [index]))
    expect(reasoned.length).toBeGreaterThan(120)
    expect(reasoned.length).toBeLessThan(180)
    expect(chunks.findIndex((chunk) => chunk.choices[0]?.delta.content)).toBeGreaterThan(reasoned.at(-1) ?? 0)
    expect(text).toContain('demo model')
    expect(chunks.at(-1)?.usage?.completion_tokens_details?.reasoning_tokens).toBe(reasoned.length)
  })
})

describe('abort and cancel', () => {
  test('an abort during the body ends it at once', async () => {
    const abort = new AbortController()
    let abortedAt = 0
    const reading = collect(await stream('write 500 words', { signal: abort.signal }), (text) => {
      if (abortedAt > 0 || text.length < 40) return
      abortedAt = performance.now()
      abort.abort()
    })
    const { text } = await reading
    expect(performance.now() - abortedAt).toBeLessThan(100 + machine.longest())
    expect(text.length).toBeLessThan(60)
  })

  test('an abort breaks the body with its own reason, also between two tokens', async () => {
    const abort = new AbortController()
    const response = await stream('write 500 words', { signal: abort.signal }).asResponse()
    const reader = response.body?.getReader()
    await reader?.read()
    const waiting = reader?.read()
    const timers = runningTimers()
    abort.abort()
    expect(runningTimers()).toBe(timers - 1)
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('an abort before the headers rejects the request', async () => {
    const abort = new AbortController()
    const startedAt = performance.now()
    const waiting = whole('write 500 words', { signal: abort.signal })
    setTimeout(() => abort.abort(), 20)
    await expect(waiting).rejects.toThrow(OpenAI.APIUserAbortError)
    expect(performance.now() - startedAt).toBeLessThan(200 + machine.longest())
    await expect(stream('Hello', { signal: AbortSignal.abort() })).rejects.toThrow(OpenAI.APIUserAbortError)
  })

  test('a cancelled body leaves no timer', async () => {
    const before = runningTimers()
    const response = await stream('write 500 words').asResponse()
    const reader = response.body?.getReader()
    await reader?.read()
    const waiting = reader?.read()
    expect(runningTimers()).toBe(before + 1)
    await reader?.cancel()
    expect(await waiting).toMatchObject({ done: true })
    expect(runningTimers()).toBe(before)
  })

  test('a body that nobody reads does nothing', async () => {
    const before = runningTimers()
    const response = await stream('write 500 words').asResponse()
    const reader = response.body?.getReader()
    await reader?.read()
    expect(runningTimers()).toBe(before)
    await reader?.cancel()
  })
})

describe('other endings', () => {
  test('a rate limit rejects the first two attempts, with Retry-After, and not the third', async () => {
    const refused = await whole('a rate limit, please').catch((error) => error)
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError)
    expect(refused).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      requestID: expect.stringMatching(/^req_/),
    })
    expect(refused.headers.get('retry-after')).toBe('2')
    const again = await whole('a rate limit, please').catch((error) => error)
    expect(again.headers.get('retry-after')).toBe('3')
    const third = await whole('a rate limit, please')
    expect(third.choices[0]?.message.content).toContain('has passed')
    await expect(whole('a rate limit, please')).rejects.toThrow(OpenAI.RateLimitError)
  })

  test('a rate limit belongs to one turn', async () => {
    const later = [...messagesOf('Hi'), { role: 'assistant' as const, content: 'Hello!' }, ...messagesOf('429, please')]
    await expect(whole('429, please')).rejects.toThrow(OpenAI.RateLimitError)
    await expect(stream(later)).rejects.toThrow(OpenAI.RateLimitError)
    await expect(whole('429, please')).rejects.toThrow(OpenAI.RateLimitError)
    expect((await whole('429, please')).choices[0]?.message.content).toContain('has passed')
  })

  test('error 500 is a server error', async () => {
    await expect(stream('error 500')).rejects.toThrow(OpenAI.InternalServerError)
  })

  test('a cut connection breaks the body after some text, without a finish', async () => {
    let text = ''
    const finishes: unknown[] = []
    const reading = (async () => {
      for await (const chunk of await stream('cut the connection')) {
        text += chunk.choices[0]?.delta.content ?? ''
        finishes.push(chunk.choices[0]?.finish_reason)
      }
    })()
    await expect(reading).rejects.toThrow('terminated')
    expect(text).toContain('the connection will break')
    expect(new Set(finishes)).toEqual(new Set([null]))
    await expect(whole('cut the connection')).rejects.toThrow('terminated')
  })

  test('a requested limit ends with length', async () => {
    const completion = await whole('hit max tokens')
    expect(completion.choices[0]?.finish_reason).toBe('length')
    expect(completion.usage?.completion_tokens).toBe(48)
  })

  test('max_tokens limits the reply, reasoning included', async () => {
    const { chunks, times } = await collect(await stream('write 500 words', { maxTokens: 7 }))
    expect(times).toHaveLength(7)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length')
    const reasoned = await whole('Hello', { model: 'rill-demo-reasoning', maxTokens: 10 })
    expect(reasoned.choices[0]?.message.content).toBe('')
    expect(reasoned.usage).toMatchObject({ completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 10 } })
    const enough = await whole('echo one two', { maxTokens: 2 })
    expect(enough.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'one two' } })
  })
})

describe('as a server', () => {
  test('a reply that doesn’t stream has the same text, and comes soon', async () => {
    const startedAt = performance.now()
    const completion = await whole('write 300 words')
    expect(performance.now() - startedAt).toBeLessThan(500 + machine.longest())
    expect(completion).toMatchObject({
      object: 'chat.completion',
      choices: [{ finish_reason: 'stop', message: { role: 'assistant' } }],
    })
    const { text } = await collect(await stream('echo Rivers bend.'))
    expect((await whole('echo Rivers bend.')).choices[0]?.message.content).toBe(text)
  })

  test('lists its models', async () => {
    const models = await client.models.list()
    expect(models.data.map(({ id, object }) => [id, object])).toEqual([
      ['rill-demo', 'model'],
      ['rill-demo-reasoning', 'model'],
    ])
  })

  test('rejects what an OpenAI server rejects', async () => {
    await expect(whole('Hello', { model: 'gpt-9' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
    await expect(whole([])).rejects.toMatchObject({ status: 400, type: 'invalid_request_error', param: 'messages' })
    await expect(whole('Hello', { maxTokens: 0 })).rejects.toMatchObject({ status: 400, param: 'max_tokens' })
    await expect(client.post('/chat/completions', { body: '{' })).rejects.toMatchObject({ status: 400 })
    await expect(client.get('/files')).rejects.toMatchObject({ status: 404 })
  })
})
