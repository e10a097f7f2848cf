import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { delta, done, finish, reasoning, usage, whole } from '../../upstream/events'
import { turnOf } from '../client'
import { engines, type House, openHouse } from '../house'

const awkward = [
  'plain, ',
  'line\nbreak\r\nand\rreturn ',
  'data: not an event\n\nevent: status\n\n',
  '“quotes” \\ "and" ',
  'é 漢字 👩‍👩‍👧 \u2028\u2029 ',
  '   trailing   ',
]
const ending = finish('stop') + usage({ prompt: 7, completion: 11 }) + done

describe.each(engines)('a turn, on %s', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(engine)
  })
  afterAll(() => house?.close())

  test('streams start, deltas, usage and status in this order, without gaps, byte for byte', async () => {
    const { upstream } = house
    upstream.scriptFor('awkward texts', [
      ...awkward.flatMap((text, index) => [{ delta: text }, { until: `awkward ${index}` }]),
      { write: ending },
    ])
    const reader = await house.client().chat({ text: 'awkward texts' })
    for (const [index] of awkward.entries()) {
      await reader.untilText(awkward.slice(0, index + 1).join(''))
      upstream.open(`awkward ${index}`)
    }
    const events = await reader.rest()

    expect(reader.status).toBe(200)
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(reader.opening.startsWith(':')).toBe(true)
    expect(reader.cut).toBe(false)
    expect(events.map((event) => event.type)).toEqual(['start', ...awkward.map(() => 'delta'), 'usage', 'status'])
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    expect(Buffer.from(reader.text)).toEqual(Buffer.from(awkward.join('')))
    expect(events.at(-2)?.data).toMatchObject({ promptTokens: 7, completionTokens: 11, source: 'reported' })
    expect(events.at(-1)?.data).toMatchObject({ status: 'completed', finishReason: 'stop' })
  })

  test('joins texts that come in a rush, and loses nothing of them', async () => {
    const texts = Array.from({ length: 3_000 }, (_, n) => `${n}${awkward[n % awkward.length]}`)
    house.upstream.scriptFor('a rush of texts', [...texts.map((text) => ({ delta: text })), { write: ending }])
    const reader = await house.client().chat({ text: 'a rush of texts' })
    const events = await reader.rest()
    expect(Buffer.from(reader.text)).toEqual(Buffer.from(texts.join('')))
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.length).toBeLessThan(texts.length / 2)
  })

  test('opens the response before the upstream says anything', async () => {
    house.upstream.scriptFor('a silent start', [{ until: 'a silent start' }, { delta: 'At last.' }, { write: ending }])
    const reader = await house.client().chat({ text: 'a silent start' })
    await reader.until(() => reader.cursor === 1)
    expect(reader.seen[0]?.type).toBe('start')
    house.upstream.open('a silent start')
    await reader.rest()
    expect(reader.text).toBe('At last.')
  })

  test('tells reasoning apart from the answer, and shows both in the conversation', async () => {
    const client = house.client()
    house.upstream.scriptFor('think first', [{ write: reasoning('Hmm. ') + delta('Yes.') }, { write: ending }])
    const reader = await client.chat({ text: 'think first' })
    const [start] = await reader.rest()
    expect([reader.reasoning, reader.text]).toEqual(['Hmm. ', 'Yes.'])
    const { conversationId } = startData.parse(start?.data)
    const { messages } = await client.conversation(conversationId)
    expect(messages.at(-1)?.parts).toEqual([
      { type: 'reasoning', text: 'Hmm. ', ms: expect.any(Number) },
      { type: 'text', text: 'Yes.' },
    ])
  })

  test('tells how long each of two thoughts took that came at once, and one that nothing follows', async () => {
    const client = house.client()
    const thoughts = reasoning('Hmm. ') + delta('Yes. ') + reasoning('Or? ') + delta('No. ') + reasoning('Well.')
    house.upstream.scriptFor('think thrice', [{ write: thoughts }, { write: ending }])
    const reader = await client.chat({ text: 'think thrice' })
    const [start] = await reader.rest()
    const { messages } = await client.conversation(startData.parse(start?.data).conversationId)
    expect(messages.at(-1)?.parts).toEqual([
      { type: 'reasoning', text: 'Hmm. ', ms: expect.any(Number) },
      { type: 'text', text: 'Yes. ' },
      { type: 'reasoning', text: 'Or? ', ms: expect.any(Number) },
      { type: 'text', text: 'No. ' },
      { type: 'reasoning', text: 'Well.', ms: expect.any(Number) },
    ])
  })

  test('answers once, as JSON, with stream: false', async () => {
    house.upstream.scriptFor('all at once', [
      { status: 200, headers: { 'content-type': 'application/json' } },
      { write: JSON.stringify(whole('The whole answer.')) },
    ])
    const client = house.client()
    const answer = await client.finish({ text: 'all at once' })
    expect(answer).toMatchObject({ status: 'completed', finishReason: 'stop', text: 'The whole answer.' })
    expect(answer.usage).toMatchObject({ promptTokens: 5, completionTokens: 3 })
    expect((await house.asked('all at once')).body.stream).not.toBe(true)
    const { messages } = await client.conversation(answer.conversationId)
    expect(messages.map((message) => message.id)).toEqual([answer.userMessageId, answer.messageId])
  })

  test('answers 202 at once to Prefer: respond-async, to be read later', async () => {
    house.upstream.scriptFor('later, please', [{ until: 'later' }, { delta: 'Here.' }, { write: ending }])
    const client = house.client()
    const response = await client.call('POST', '/api/chat', {
      json: turnOf({ text: 'later, please' }),
      headers: { prefer: 'respond-async' },
    })
    expect(response.status).toBe(202)
    expect(response.headers['preference-applied']).toBe('respond-async')
    const start = startData.parse(JSON.parse(response.text))
    house.upstream.open('later')
    const reader = await client.follow(start.generationId, 0)
    const [first] = await reader.rest()
    expect(first).toEqual({ seq: 1, type: 'start', data: start })
    expect(reader.text).toBe('Here.')
  })

  test('lets a second reader go on from any cursor, in mid-stream', async () => {
    house.upstream.scriptFor('two readers', [
      { delta: 'one ' },
      { until: 'two' },
      { delta: 'two ' },
      { until: 'three' },
      { delta: 'three' },
      { write: ending },
    ])
    const client = house.client()
    const first = await client.chat({ text: 'two readers' })
    await first.untilText('one ')
    house.upstream.open('two')
    await first.untilText('two ')
    const { generationId } = startData.parse(first.seen[0]?.data)

    const second = await client.follow(generationId, 2)
    const third = await client.open('GET', `/api/generations/${generationId}/events`, {
      headers: { 'last-event-id': String(first.cursor) },
    })
    await second.untilText('two ')
    house.upstream.open('three')
    const events = await first.rest()
    expect(await second.rest()).toEqual(events.slice(2))
    expect((await third.body.text()).match(/^id: \d+$/gm)).toEqual(events.slice(3).map(({ seq }) => `id: ${seq}`))
    for (let after = 0; after < events.length; after++) {
      expect(await (await client.follow(generationId, after)).rest()).toEqual(events.slice(after))
    }
  })

  test('refuses a cursor that is none', async () => {
    const client = house.client()
    const { generationId } = await client.start({ text: 'any' })
    const path = `/api/generations/${generationId}/events`
    for (const query of ['after=-1', 'after=x', 'after=1.5']) {
      expect(await client.refusal('GET', `${path}?${query}`)).toMatchObject({
        status: 400,
        problem: { field: 'after' },
      })
    }
    expect(await client.refusal('GET', `${path}?before=1`)).toMatchObject({ status: 400, problem: { field: 'before' } })
  })
})
