import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startData, type Usage, usage as usageData } from '@/lib/protocol/events'
import { provider } from '@/lib/protocol/providers'
import { choice, chunk, delta, done, event, finish, usage, usageFields } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import type { Client } from '../client'
import { type House, openHouse } from '../house'
import { budgetsOf, cap, model, setBudgets, setPrice, WORD } from './budgets'

let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite', { RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1', RILL_RETRY_ATTEMPTS: '4' })
})
beforeEach(async () => {
  client = house.client()
  await setPrice(house, client)
  await setBudgets(client, cap('day', 'tokens', '1000000'))
})
afterAll(() => house?.close())

const bookedToday = async () => (await budgetsOf(client))[0]
const refusal = (message: string): Step[] => [
  { status: 400, headers: { 'content-type': 'application/json' } },
  { write: JSON.stringify({ error: { message, type: 'invalid_request_error', param: null } }) },
  { end: true },
]
/** How the reply of a conversation stands after a reload. */
const generationOf = async (conversationId: string) =>
  (await client.conversation(conversationId)).messages.at(-1)?.generation

test.each([
  ['the length by another name', false],
  ['that, and no stream_options', true],
])('a server that wants %s is told the same length, and it is booked once', async (what, pickier) => {
  house.upstream.scriptFor(`wants ${what}`, ({ body }) => {
    // As OpenAI's models that reason say it.
    if ('max_tokens' in body)
      return refusal(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      )
    if (pickier && 'stream_options' in body) return refusal("Unknown field 'stream_options'")
    return [{ write: delta('Ten.') + finish('stop') + usage({ prompt: 20, completion: 10 }) + done }]
  })
  // One of its own each time: what was learnt of it is not tried again.
  const form = { name: 'Picky', baseUrl: house.upstream.baseUrl, apiKey: 'my-own-key' }
  const { id } = await client.ask(provider, 'POST', '/api/providers', form)
  const reader = await client.chat({ text: `wants ${what}`, model: `${id}:${model}`, settings: { maxTokens: 40 } })
  await reader.rest()
  expect(reader.seen.slice(-2).map(({ data }) => data)).toMatchObject([
    { promptTokens: 20, completionTokens: 10, source: 'reported' },
    { status: 'completed', attempts: 1 },
  ])
  const bodies = house.upstream.requests.filter(({ prompt }) => prompt === `wants ${what}`).map(({ body }) => body)
  expect(bodies.at(-1)).toMatchObject({ max_completion_tokens: 40 })
  expect(bodies.at(-1)).not.toHaveProperty('max_tokens')
  expect(await bookedToday()).toMatchObject({ spent: '30', reserved: '0' })
})

test('audio tokens of the prompt and of the answer are told, then and after a reload', async () => {
  const fields = {
    ...usageFields({ prompt: 20, completion: 10 }),
    prompt_tokens_details: { audio_tokens: 7, cached_tokens: 4 },
    completion_tokens_details: { audio_tokens: 5, reasoning_tokens: 1 },
  }
  house.upstream.scriptFor('sing', [
    { write: delta('La.') + finish('stop') + chunk({ choices: [], usage: fields }) + done },
  ])
  const { usage: used, conversationId } = await client.finish({ text: 'sing', model })
  expect(used).toMatchObject({ audioTokens: 12, cachedTokens: 4, reasoningTokens: 1, source: 'reported' })
  expect((await generationOf(conversationId))?.usage).toEqual(used)
})

test('what failed attempts reported is added up, with the attempts that are made', async () => {
  const audio = { ...usageFields({ prompt: 11, completion: 2 }), completion_tokens_details: { audio_tokens: 2 } }
  const overloaded = event({ error: { message: 'Overloaded', type: 'overloaded_error' } })
  const attempts: Step[][] = [
    // Said twice, as by servers that tell it with every chunk: the last counts.
    [
      { write: chunk({ choices: [], usage: audio }) + chunk({ choices: [], usage: audio }) + overloaded },
      { end: true },
    ],
    [{ status: 429, headers: { 'retry-after-ms': '5' } }, { end: true }],
    [{ write: usage({ prompt: 12, completion: 0 }) + overloaded }, { end: true }],
    [{ write: delta('Ten.') + finish('stop') + usage({ prompt: 20, completion: 10 }) + done }],
  ]
  house.upstream.scriptFor('try hard', () => attempts.shift() ?? [{ end: true }])
  const reader = await client.chat({ text: 'try hard', model })
  await reader.rest()
  const used = usageData.parse(reader.seen.at(-2)?.data)
  expect(used).toMatchObject({ promptTokens: 43, completionTokens: 12, audioTokens: 2, source: 'reported' })
  expect(used.cost).toEqual({ amount: '0.000067', currency: 'USD' })
  expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'completed', attempts: 4 })
  const { conversationId } = startData.parse(reader.seen[0]?.data)
  expect(await generationOf(conversationId)).toMatchObject({ attempts: 4, usage: used })
  expect(await bookedToday()).toMatchObject({ spent: '55', reserved: '0' })
})

/** What a reply came to that is stopped as soon as it has some words. */
async function stopped(text: string, words: number): Promise<Usage> {
  const reader = await client.chat({ text, model })
  await reader.untilText(WORD.repeat(words))
  await client.call('POST', `/api/generations/${startData.parse(reader.seen[0]?.data).generationId}/stop`)
  await reader.rest()
  return usageData.parse(reader.seen.at(-2)?.data)
}

test('a reply that is stopped after a retry is an estimate, on top of what was reported before', async () => {
  const attempts: Step[][] = [
    [
      {
        write:
          usage({ prompt: 11, completion: 2 }) + event({ error: { message: 'Overloaded', type: 'overloaded_error' } }),
      },
      { end: true },
    ],
    [{ delta: WORD.repeat(5) }, { until: 'never' }],
  ]
  house.upstream.scriptFor('stop later', () => attempts.shift() ?? [{ end: true }])
  // 3 + 1 for the message, 2 for its words, 3 for the reply.
  expect(await stopped('stop later', 5)).toMatchObject({
    promptTokens: 11 + 9,
    completionTokens: 7,
    source: 'estimated',
  })
})

test('a report along the way hides nothing that came after it', async () => {
  const soFar = usageFields({ prompt: 20, completion: 4 })
  const first = choice({ delta: { content: WORD.repeat(4) }, usage: soFar })
  house.upstream.scriptFor('reports early', [{ write: first + delta(WORD.repeat(5)) }, { until: 'never' }])
  expect(await stopped('reports early', 9)).toMatchObject({
    promptTokens: 20,
    completionTokens: 9,
    source: 'estimated',
  })
  const enough = usageFields({ prompt: 20, completion: 9 })
  house.upstream.scriptFor('reports well', [
    { write: choice({ delta: { content: WORD.repeat(9) }, usage: enough }) },
    { until: 'never' },
  ])
  expect(await stopped('reports well', 9)).toMatchObject({ completionTokens: 9, source: 'reported' })
})

/** The usage that a streamed answer ends with. */
const streamedUsage = async (text: string) => {
  const reader = await client.chat({ text, model })
  await reader.rest()
  const [used, status] = reader.seen.slice(-2)
  expect(status?.data).toMatchObject({ status: 'completed' })
  return usageData.parse(used?.data)
}

const variants: [string, Step[]][] = [
  ['in a chunk of its own', [{ write: delta('Ten.') + finish('stop') + usage({ prompt: 20, completion: 10 }) + done }]],
  [
    'in every chunk, as the sum so far',
    [4, 8, 10].map((completion, index) => ({
      write:
        chunk({
          choices: [{ index: 0, delta: { content: 'T' }, finish_reason: index === 2 ? 'stop' : null }],
          usage: usageFields({ prompt: 20, completion }),
        }) + (index === 2 ? done : ''),
    })),
  ],
  [
    'in the last choice',
    [
      {
        write:
          delta('Ten.') + choice({ finish_reason: 'stop', usage: usageFields({ prompt: 20, completion: 10 }) }) + done,
      },
    ],
  ],
]
test.each(variants)('usage %s is right', async (what, steps) => {
  house.upstream.scriptFor(`usage ${what}`, steps)
  const used = await streamedUsage(`usage ${what}`)
  expect(used).toMatchObject({
    promptTokens: 20,
    completionTokens: 10,
    source: 'reported',
    cost: { amount: '0.00004' },
  })
})

test('usage never, from a server that refuses stream_options, is estimated', async () => {
  house.upstream.scriptFor('never any usage', ({ body }) =>
    body.stream_options
      ? [
          { status: 400, headers: { 'content-type': 'application/json' } },
          { write: JSON.stringify({ error: { message: 'Unknown field stream_options' } }) },
          { end: true },
        ]
      : [{ write: delta(WORD.repeat(7)) + finish('stop') + done }],
  )
  const used = await streamedUsage('never any usage')
  expect(used).toMatchObject({
    promptTokens: 10,
    completionTokens: 7,
    source: 'estimated',
    accuracy: 'exact',
    cost: { amount: '0.000024' },
  })
  expect(house.timesAsked('never any usage')).toBe(2)
})

test('a stopped answer keeps the estimate', async () => {
  house.upstream.scriptFor('stop early', [{ delta: WORD.repeat(5) }, { until: 'never' }])
  await setBudgets(client, cap('day', 'cost', '1'))
  const reader = await client.chat({ text: 'stop early', model })
  await reader.untilText(WORD)
  const { generationId } = startData.parse(reader.seen[0]?.data)
  await client.call('POST', `/api/generations/${generationId}/stop`)
  await reader.rest()
  expect(reader.seen.at(-2)).toMatchObject({
    type: 'usage',
    data: { completionTokens: 5, source: 'estimated', cost: { amount: '0.000019' } },
  })
  expect(await bookedToday()).toMatchObject({ spent: '0.000019', reserved: '0' })
})
