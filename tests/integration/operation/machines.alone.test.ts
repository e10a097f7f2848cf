import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { type StartData, startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { machineDelay } from '../../delay'
import { type RedisServer, startRedis } from '../../redis'
import { type RillServer, startRill } from '../../rill-server'
import { done, finish } from '../../upstream/events'
import { Client } from '../client'
import { type House, openHouse } from '../house'
import type { EventReader } from '../replies/event-reader'

let redis: RedisServer
/** A is the house's own server. */
let house: House
let b: RillServer

beforeAll(async () => {
  redis = await startRedis()
  house = await openHouse('postgres', { RILL_SECRET: 'one for all instances', REDIS_URL: redis.url })
  b = await startRill({ env: house.environment })
})
afterAll(async () => {
  await b?.stop()
  await house?.close()
  await redis?.stop()
})

/** One browser that reaches either instance. */
async function browser() {
  const onA = house.client()
  await onA.call('GET', '/api/settings')
  const onB = new Client(() => b.url)
  onB.cookie = onA.cookie
  return { onA, onB }
}

function startOf(reader: EventReader): StartData {
  return startData.parse(reader.seen[0]?.data)
}

async function stopOn(client: Client, { generationId }: { generationId: string }): Promise<string> {
  const { status } = await client.ask(z.object({ status: z.string() }), 'POST', `/api/generations/${generationId}/stop`)
  return status
}

function expectNoGaps(reader: EventReader, after = 0): void {
  expect(reader.seen.map(({ seq }) => seq)).toEqual(reader.seen.map((_, index) => after + 1 + index))
}

test('started on A, read on B from a cursor, live to the end', async () => {
  house.upstream.scriptFor('across', [
    { delta: 'One, ' },
    { until: 'across two' },
    { delta: 'two, ' },
    { until: 'across three' },
    { delta: 'three.' },
    { write: finish('stop') + done },
  ])
  const { onA, onB } = await browser()
  const first = await onA.chat({ text: 'across' })
  await first.untilText('One, ')
  const { generationId, conversationId } = startOf(first)
  const { cursor } = first
  const second = await onB.follow(generationId, cursor)
  house.upstream.open('across two')
  await second.untilText('two, ')
  house.upstream.open('across three')
  await Promise.all([first.rest(), second.rest()])
  expectNoGaps(second, cursor)
  expect(second.text).toBe('two, three.')
  expect(second.seen.at(-1)?.data).toMatchObject({ status: 'completed', finishReason: 'stop' })
  expect(textOf((await onB.conversation(conversationId)).messages.at(-1)?.parts ?? [])).toBe('One, two, three.')
})

test('what A tells is on B within a blink', async () => {
  house.upstream.scriptFor('quick', [{ delta: 'Ready. ' }, { until: 'go' }, { delta: 'Now.' }, { until: 'never' }])
  const { onA, onB } = await browser()
  const { generationId } = await onA.start({ text: 'quick' })
  const reader = await onB.follow(generationId)
  await reader.untilText('Ready. ')
  const delay = machineDelay()
  const toldAt = performance.now()
  house.upstream.open('go')
  await reader.untilText('Now.')
  // The database would take some 200 ms to save it, and the poll as long again.
  expect(performance.now() - toldAt).toBeLessThan(150 + delay.stop())
  await stopOn(onA, { generationId })
})

test('stopped on B, it ends on A, and its upstream is closed', async () => {
  house.upstream.scriptFor('stop me', [{ delta: 'On and on.' }, { until: 'never' }])
  const { onA, onB } = await browser()
  const reader = await onA.chat({ text: 'stop me' })
  await reader.untilText('On and on.')
  expect(await stopOn(onB, startOf(reader))).toBe('stopped')
  await reader.rest()
  expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'stopped' })
  expect((await (await house.asked('stop me')).closed).ended).toBe(false)
})

test('Redis goes and comes back in mid-stream: nobody misses a character, and health says how it stands', {
  timeout: 60_000,
}, async () => {
  house.upstream.scriptFor('without redis', [
    { delta: 'Before, ' },
    { until: 'redis gone' },
    { delta: 'meanwhile, ' },
    { until: 'redis back' },
    { delta: 'after.' },
    { write: finish('stop') + done },
  ])
  const { onA, onB } = await browser()
  const resume = async (client: Client) => JSON.parse((await client.call('GET', '/api/health')).text).resume
  const here = await onA.chat({ text: 'without redis' })
  await here.untilText('Before, ')
  const { generationId } = startOf(here)
  const elsewhere = await onB.follow(generationId)
  await elsewhere.untilText('Before, ')
  await redis.stop()
  await expect.poll(() => Promise.all([resume(onA), resume(onB)])).toEqual(['degraded', 'degraded'])
  house.upstream.open('redis gone')
  await here.untilText('meanwhile, ')
  await elsewhere.untilText('meanwhile, ')
  // One who comes only now.
  const late = await onB.follow(generationId)
  await late.untilText('meanwhile, ')
  const other = await onA.start({ text: 'stop me' })
  expect(await stopOn(onB, other)).toBe('stopped')
  await redis.start()
  await expect.poll(() => Promise.all([resume(onA), resume(onB)]), { timeout: 10_000 }).toEqual(['ok', 'ok'])
  house.upstream.open('redis back')
  for (const reader of [here, elsewhere, late]) {
    await reader.rest()
    expectNoGaps(reader)
    expect(reader.text).toBe('Before, meanwhile, after.')
  }
  expect(b.logs().match(/Redis is (unreachable|back)/g)).toEqual(['Redis is unreachable', 'Redis is back'])
})

test('an instance that stands still is not waited for, and when it goes on it leaves alone what has been ended', {
  timeout: 40_000,
}, async () => {
  const tail = [{ delta: ' Too late.' }, { until: 'let go' }, { write: finish('stop') + done }]
  house.upstream.scriptFor('stand still', [{ delta: 'Frozen.' }, { until: 'thawed' }, ...tail])
  house.upstream.scriptFor('end late', [{ delta: 'Frozen.' }, { until: 'never' }])
  const { onA, onB } = await browser()
  const [still, late] = [await onA.start({ text: 'stand still' }), await onA.start({ text: 'end late' })]
  const readers = [await onB.follow(still.generationId), await onB.follow(late.generationId)]
  const onFrozen = [await onA.follow(still.generationId), await onA.follow(late.generationId)]
  for (const reader of [...readers, ...onFrozen]) await reader.untilText('Frozen.')
  process.kill(house.rill.pid, 'SIGSTOP')
  const refused = await onB.refusal('POST', `/api/generations/${late.generationId}/stop`)
  expect([refused.status, refused.problem.kind]).toEqual([504, 'timeout'])
  for (const reader of readers) {
    await reader.rest()
    expectNoGaps(reader)
    expect([reader.text, reader.seen.at(-1)?.data]).toEqual(['Frozen.', { status: 'interrupted' }])
  }
  const ended = await Promise.all([still, late].map(({ conversationId }) => onB.conversation(conversationId)))
  process.kill(house.rill.pid, 'SIGCONT')
  house.upstream.open('thawed')
  for (const reader of onFrozen) {
    await reader.rest()
    expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'interrupted' })
  }
  // It has not waited for its upstream, which would have gone on.
  expect((await (await house.asked('stand still')).closed).ended).toBe(false)
  for (const before of ended) expect(await onB.conversation(before.id)).toEqual(before)
  expect(await house.query('select * from generation_pieces')).toEqual([])
  expect(house.rill.logs().match(/another instance has ended this generation/g)).toHaveLength(2)
})

test('without Redis, what runs on A is read on B from the database', async () => {
  const apart = await startRill({ env: { ...house.environment, REDIS_URL: '' } })
  try {
    house.upstream.scriptFor('by the database', [
      { delta: 'Slowly, ' },
      { until: 'go on' },
      { delta: 'surely.' },
      { write: finish('stop') + done },
    ])
    const { onA } = await browser()
    const client = new Client(() => apart.url)
    client.cookie = onA.cookie
    const { generationId } = await onA.start({ text: 'by the database' })
    const reader = await client.follow(generationId)
    await reader.untilText('Slowly, ')
    house.upstream.open('go on')
    await reader.rest()
    expectNoGaps(reader)
    expect([reader.text, reader.seen.at(-1)?.data]).toMatchObject(['Slowly, surely.', { status: 'completed' }])
    expect(await stopOn(client, await onA.start({ text: 'stop me' }))).toBe('stopped')
  } finally {
    await apart.stop()
  }
})
