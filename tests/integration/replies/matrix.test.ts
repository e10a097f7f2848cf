import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { type Message, textOf } from '@/lib/protocol/messages'
import { type Behaviour, behaviours, promptOf } from '../../matrix/behaviours'
import type { Client } from '../client'
import { anyEngine, type House, openHouse } from '../house'
import type { EventReader } from './event-reader'

test('there are at least eighty, each with a name of its own', () => {
  expect(behaviours.length).toBeGreaterThanOrEqual(80)
  expect(new Set(behaviours.map(promptOf)).size).toBe(behaviours.length)
})

describe.each(anyEngine)('what upstreams do, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, {
      // Short, so that what never comes is told soon; long enough for a machine that is busy.
      RILL_HEADERS_TIMEOUT_MS: '2500',
      RILL_FIRST_TOKEN_TIMEOUT_MS: '2500',
      RILL_IDLE_TIMEOUT_MS: '2500',
      RILL_RETRY_ATTEMPTS: '1',
    })
    client = house.client()
    for (const behaviour of behaviours) house.upstream.scriptFor(promptOf(behaviour), behaviour.script)
    // The first call gives the session that all of them share.
    await client.call('GET', '/api/models')
  })
  afterAll(() => house?.close())

  describe.concurrent('each', () => {
    test.each(behaviours)('$name', async (behaviour) => {
      const reader = await client.chat({ text: promptOf(behaviour) })
      await reader.rest()
      expect(reader.cut).toBe(false)
      expectTold(reader, behaviour)
      const { conversationId } = startData.parse(reader.seen[0]?.data)
      const { messages } = await client.conversation(conversationId)
      expectKept(messages.at(-1), behaviour)
    })
  })
})

/** What the response is to have told. */
function expectTold(reader: EventReader, expected: Behaviour): void {
  const { seen } = reader
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1))
  expect(seen[0]?.type).toBe('start')
  expect(seen.at(-1)).toMatchObject({ type: 'status', data: { status: expected.status } })
  expect(reader.text).toBe(expected.text)
  expect(reader.reasoning).toBe(expected.reasoning ?? '')
  const errors = seen.flatMap((event) => (event.type === 'error' ? event.data.kind : []))
  expect(errors).toEqual(expected.kind ? [expected.kind] : [])
  const [failure] = seen.flatMap((event) => (event.type === 'error' ? event.data : []))
  if (failure && expected.words) expect(failure.message).toMatch(expected.words)
  if (expected.finishReason) expect(seen.at(-1)).toMatchObject({ data: { finishReason: expected.finishReason } })
}

/** What the database is to have, once it is over. */
function expectKept(reply: Message | undefined, expected: Behaviour): void {
  expect(reply?.generation?.status).toBe(expected.status)
  const parts = reply?.parts ?? []
  expect(textOf(parts)).toBe(expected.text)
  expect(parts.flatMap((part) => (part.type === 'reasoning' ? part.text : [])).join('')).toBe(expected.reasoning ?? '')
  expect(parts.flatMap((part) => (part.type === 'error' ? part.problem.kind : []))).toEqual(
    expected.kind ? [expected.kind] : [],
  )
  if (expected.finishReason) expect(reply?.generation?.finishReason).toBe(expected.finishReason)
  if (expected.completionTokens !== undefined)
    expect(reply?.generation?.usage?.completionTokens).toBe(expected.completionTokens)
}
