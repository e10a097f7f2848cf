import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createNamedEventDecoder } from '@/lib/protocol/sse'
import { done, finish } from '../../upstream/events'
import { turnOf } from '../client'
import { openHouse } from '../house'
import { inspectable, memoryOf } from './memory'

const MEGABYTE = 1024 * 1024
const LOGS = 24
const READERS = 8
/** Of each log, in pieces of 64 KB. */
const PIECES = 48
const LENGTH = PIECES * 64 * 1024

test(`${READERS} readers of ${LOGS} ended answers of ${LENGTH / MEGABYTE} MB hold none of them, and get all`, {
  timeout: 120_000,
}, async () => {
  const house = await openHouse('sqlite', inspectable)
  try {
    const writer = house.client()
    const ids: string[] = []
    for (let index = 0; index < LOGS; index++) {
      const deltas = Array.from({ length: PIECES }, () => ({ delta: 'a word '.padEnd(LENGTH / PIECES, 'and ') }))
      house.upstream.scriptFor(`long ${index}`, [...deltas, { write: finish('stop') + done }])
      ids.push((await writer.finish({ text: `long ${index}` })).generationId)
    }
    await house.rill.stop()
    await house.start()
    const before = await memoryOf(house.rill)
    const address = `/api/generations/events?from=${ids.map((id) => `${id}:0`).join(',')}`
    const bodies: AsyncIterable<Buffer>[] = []
    // One after the other, and each reads nothing at first: what it does not take, nobody holds for it.
    for (let reader = 0; reader < READERS; reader++) bodies.push((await writer.open('GET', address)).body)
    const waiting = await memoryOf(house.rill)
    const lengths = await Promise.all(bodies.map(lengthsIn))
    const peak = await peakOf(house.rill.pid)
    process.stdout.write(`ended logs: ${JSON.stringify({ before, waiting, peak })}\n`)
    for (const each of lengths) expect(each).toEqual(new Map(ids.map((id) => [id, LENGTH])))
    expect(waiting.heapUsed + waiting.external - before.heapUsed - before.external).toBeLessThan(60 * MEGABYTE)
    expect(peak - before.rss).toBeLessThan(350 * MEGABYTE)
  } finally {
    await house.close()
  }
})

/** How much text of each log a response brings. */
async function lengthsIn(body: AsyncIterable<Buffer>): Promise<Map<string, number>> {
  const decoder = createNamedEventDecoder()
  const lengths = new Map<string, number>()
  for await (const bytes of body)
    for (const { generationId, event } of decoder.feed(bytes))
      if (event.type === 'delta') lengths.set(generationId, (lengths.get(generationId) ?? 0) + event.data.text.length)
  return lengths
}

/** The most memory that a process has had, in bytes. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

test('a person follows answers over so many connections, and a place is free again when one closes', async () => {
  const house = await openHouse('sqlite', { RILL_READERS_PER_PERSON: '3' })
  try {
    house.upstream.scriptFor('on and on', [{ delta: 'On' }, { until: 'never' }])
    const client = house.client()
    const turn = turnOf({ text: 'on and on' })
    const { generationId } = await client.start(turn)
    const one = `/api/generations/${generationId}/events`
    const several = `/api/generations/events?from=${generationId}:0`
    const open = await Promise.all([one, several, several].map((path) => client.open('GET', path)))
    expect(open.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    for (const path of [one, several]) {
      const limited = await client.call('GET', path)
      expect([limited.status, limited.headers['retry-after']]).toEqual([429, '5'])
      expect(limited.text).toContain('You already have 3 connections open for replies')
    }
    // A call that is refused for another reason, or brings nothing, takes no place.
    expect((await client.call('GET', `/api/generations/events?from=${generationId}:x`)).status).toBe(400)
    // A turn that is sent again follows its answer as well, and one that is new would.
    for (const json of [turn, { ...turn, stream: false }, turnOf({ text: 'on and on' })]) {
      const limited = await client.call('POST', '/api/chat', { json })
      expect([limited.status, limited.headers['retry-after']]).toEqual([429, '5'])
    }
    expect(house.timesAsked('on and on')).toBe(1)
    // Whoever only wants to be told of the answer takes no place, nor does a look at the headers.
    const told = await client.call('POST', '/api/chat', { json: turn, headers: { Prefer: 'respond-async' } })
    expect(told.status).toBe(202)
    for (const path of [one, several]) {
      const head = await client.call('HEAD', path)
      expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    }
    open[0]?.body.on('error', () => undefined).destroy()
    await expect
      .poll(async () => {
        const { statusCode, body } = await client.open('GET', one)
        body.on('error', () => undefined).destroy()
        return statusCode
      })
      .toBe(200)
  } finally {
    await house.close()
  }
})
