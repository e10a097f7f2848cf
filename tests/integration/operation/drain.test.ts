import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { done, finish } from '../../upstream/events'
import { now, type Step } from '../../upstream/scripted'
import { turnOf } from '../client'
import { anyEngine, type House, openHouse } from '../house'
import type { EventReader } from '../replies/event-reader'

const DRAIN_SECONDS = 2
const ending: Step = { write: finish('stop') + done }

describe.each(anyEngine)('drain, on %s', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_DRAIN_SECONDS: String(DRAIN_SECONDS), RILL_RETRY_ATTEMPTS: '3' })
    house.upstream.scriptFor('ends in time', [{ delta: 'One' }, { until: 'in time' }, { delta: ' two.' }, ending])
    house.upstream.scriptFor('never ends', [{ delta: 'As far as this' }, { until: 'never' }])
    house.upstream.scriptFor('waits', [{ status: 429, headers: { 'retry-after': '50' } }, { end: true }])
  })
  afterAll(() => house?.close())

  const health = async () => {
    const { status, text } = await house.client().call('GET', '/api/health')
    return { status, said: JSON.parse(text).status }
  }
  const interrupted = [
    { type: 'error', data: { kind: 'internal', message: expect.stringContaining('shut down'), retryable: true } },
    { type: 'status', data: { status: 'interrupted' } },
  ]
  const replyTo = async (client: ReturnType<House['client']>, reader: EventReader) => {
    const { messages } = await client.conversation(startData.parse(reader.seen[0]?.data).conversationId)
    return messages.at(-1)
  }

  test('SIGTERM lets answers end, starts none, and ends the rest in words when the time is over', async () => {
    const client = house.client()
    const [ends, endless, waits] = [
      await client.chat({ text: 'ends in time' }),
      await client.chat({ text: 'never ends' }),
      await client.chat({ text: 'waits' }),
    ]
    await ends.untilText('One')
    await endless.untilText('As far as this')
    await waits.until(() => waits.seen.some(({ type }) => type === 'retry'))

    const askedAt = now()
    const ended = house.rill.kill('SIGTERM')
    await expect.poll(health).toEqual({ status: 503, said: 'draining' })
    const refused = await client.call('POST', '/api/chat', { json: turnOf({ text: 'too late' }) })
    expect(refused.status).toBe(503)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    house.upstream.open('in time')
    await ends.rest()
    expect(now() - askedAt).toBeLessThan(DRAIN_SECONDS * 1000)
    expect(ends.text).toBe('One two.')
    expect(ends.seen.at(-1)?.data).toMatchObject({ status: 'completed' })

    for (const each of [endless, waits]) {
      await each.rest()
      expect(each.cut).toBe(false)
      expect(each.seen.slice(-2)).toMatchObject(interrupted)
    }
    expect(now() - askedAt).toBeGreaterThanOrEqual(DRAIN_SECONDS * 1000 - 50)
    expect([0, 143]).toContain(await ended)

    await house.start()
    expect((await replyTo(client, ends))?.generation?.status).toBe('completed')
    const kept = await replyTo(client, endless)
    expect(kept?.generation?.status).toBe('interrupted')
    expect(textOf(kept?.parts ?? [])).toBe('As far as this')
  })

  test.each<[string, NodeJS.Signals[]]>([
    ['a second signal', ['SIGTERM', 'SIGTERM']],
    ['SIGINT', ['SIGINT']],
  ])('%s ends at once, after the checkpoint', async (_, signals) => {
    await house.rill.kill('SIGTERM')
    await house.start({ RILL_DRAIN_SECONDS: '60' })
    const client = house.client()
    const reader = await client.chat({ text: 'never ends' })
    await reader.untilText('As far as this')
    const askedAt = now()
    const [first, second] = signals
    if (second) {
      process.kill(house.rill.pid, first)
      await expect.poll(health).toEqual({ status: 503, said: 'draining' })
    }
    const ended = house.rill.kill(second ?? first ?? 'SIGINT')
    await reader.rest()
    await ended
    expect(now() - askedAt).toBeLessThan(5_000)
    expect(reader.cut).toBe(false)
    expect(reader.seen.slice(-2)).toMatchObject(interrupted)
    await house.start()
    expect((await replyTo(client, reader))?.generation?.status).toBe('interrupted')
  })
})
