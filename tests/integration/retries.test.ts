import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { generationStatus, type RetryData, startData } from '@/lib/protocol/events'
import { delta, done, event, finish } from '../upstream/events'
import { now, type Script, type Step } from '../upstream/scripted'
import type { Client } from './client'
import type { EventReader } from './event-reader'
import { engines, type House, openHouse } from './house'

const ATTEMPTS = 3
const status = z.object({ status: generationStatus })
const answer: Step[] = [{ delta: 'At last.' }, { write: finish('stop') + done }]
const limited: Step[] = [{ status: 429, headers: { 'retry-after-ms': '30' } }, { end: true }]
/** Refuses for as long as no test lasts, and within what Rill waits. */
const limitedForLong: Step[] = [{ status: 429, headers: { 'retry-after': '50' } }, { end: true }]

describe.each(engines)('retries, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_RETRY_ATTEMPTS: String(ATTEMPTS), RILL_RETRY_BASE_MS: '20' })
    client = house.client()
  })
  afterAll(() => house?.close())

  /** Plays one script for each attempt, and the last for all that follow. */
  const scripts = (prompt: string, ...turns: Step[][]) => {
    let played = 0
    const next: Script = () => turns[Math.min(played++, turns.length - 1)] ?? []
    house.upstream.scriptFor(prompt, next)
  }
  const play = async (prompt: string, ...turns: Step[][]): Promise<EventReader> => {
    scripts(prompt, ...turns)
    const reader = await client.chat({ text: prompt })
    await reader.rest()
    return reader
  }
  const typesOf = (reader: EventReader) => reader.seen.map(({ type }) => type)
  const retriesOf = (reader: EventReader): RetryData[] =>
    reader.seen.flatMap((each) => (each.type === 'retry' ? [each.data] : []))
  const startOf = (reader: EventReader) => startData.parse(reader.seen[0]?.data)
  /** Starts a turn and reads until it waits. */
  const waiting = async (prompt: string, ...turns: Step[][]) => {
    scripts(prompt, ...turns)
    const reader = await client.chat({ text: prompt })
    await reader.until(() => typesOf(reader).includes('retry'))
    return { reader, path: `/api/generations/${startOf(reader).generationId}` }
  }

  test('a rate limit that passes: each wait is told, as long as was asked, and then the answer', async () => {
    const reader = await play('it passes', limited, limited, answer)
    expect(typesOf(reader)).toEqual(['start', 'retry', 'retry', 'delta', 'usage', 'status'])
    expect(retriesOf(reader)).toMatchObject([
      { attempt: 2, of: ATTEMPTS, delayMs: 30, kind: 'rate_limit', message: 'Rate limited' },
      { attempt: 3, of: ATTEMPTS, delayMs: 30, kind: 'rate_limit' },
    ])
    const [first, second, third] = house.upstream.requests.filter(({ prompt }) => prompt === 'it passes')
    expect((second?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThanOrEqual(29)
    expect((third?.startedAt ?? 0) - (second?.startedAt ?? 0)).toBeGreaterThanOrEqual(29)
    expect(reader.text).toBe('At last.')
    expect(await (await client.follow(startOf(reader).generationId)).rest()).toEqual(reader.seen)
  })

  const passing: [string, Step[], string][] = [
    ['a 502', [{ status: 502 }, { end: true }], 'has a fault (502)'],
    ['a 529', [{ status: 529 }, { end: true }], 'overloaded (529)'],
    ['a reset before the headers', [{ reset: true }], 'cannot be reached'],
    ['a cut before the first word', [{ write: ': hello\n\n' }, { cut: true }], 'cannot be reached'],
    [
      'an error in a 200 before the first word',
      [{ write: event({ error: { type: 'overloaded_error', message: 'Overloaded' } }) }, { end: true }],
      'has a fault',
    ],
  ]
  test.each(passing)('%s is asked again', async (what, refusal, words) => {
    const reader = await play(`after ${what}`, refusal, answer)
    expect(typesOf(reader)).toEqual(['start', 'retry', 'delta', 'usage', 'status'])
    expect(retriesOf(reader)[0]?.message).toContain(words)
  })

  test('what does not pass fails after the last attempt', async () => {
    const reader = await play('never passes', [{ status: 503 }, { end: true }])
    expect(typesOf(reader)).toEqual(['start', 'retry', 'retry', 'error', 'status'])
    expect(reader.seen.at(-1)?.data).toEqual({ status: 'failed', attempts: ATTEMPTS })
    expect(house.timesAsked('never passes')).toBe(ATTEMPTS)
  })

  test.each([400, 401, 403, 404, 413, 422])('a %i is never asked again', async (code) => {
    const reader = await play(`refused with ${code}`, [{ status: code }, { end: true }], answer)
    expect(typesOf(reader)).toEqual(['start', 'error', 'status'])
  })

  test('nor is a used up quota, though it is a 429', async () => {
    const headers = { 'content-type': 'application/json', 'retry-after': '0' }
    const body = JSON.stringify({ error: { code: 'insufficient_quota', message: 'You exceeded your quota.' } })
    const reader = await play('no credit', [{ status: 429, headers }, { write: body }, { end: true }], answer)
    expect(typesOf(reader)).toEqual(['start', 'error', 'status'])
    expect(reader.seen[1]).toMatchObject({ data: { kind: 'quota', retryable: false } })
  })

  test('a wait beyond the cap is not waited, but told with its time', async () => {
    const refusal: Step[] = [{ status: 429, headers: { 'x-ratelimit-reset-requests': '6m0s' } }, { end: true }]
    const reader = await play('come back later', refusal, answer)
    expect(typesOf(reader)).toEqual(['start', 'error', 'status'])
    expect(reader.seen[1]).toMatchObject({
      data: { kind: 'rate_limit', message: expect.stringMatching(/6 minutes.*UTC/) },
    })
  })

  test('after the first word nothing is asked again', async () => {
    const reader = await play('cut midway', [{ write: delta('Half') }, { reset: true }], answer)
    expect(typesOf(reader)).toEqual(['start', 'delta', 'usage', 'error', 'status'])
    expect(house.timesAsked('cut midway')).toBe(1)
  })

  test('a wait is in the log for whoever comes later, and Stop ends it at once', async () => {
    const { reader, path } = await waiting('stop the wait', limitedForLong)
    const { conversationId, generationId } = startOf(reader)
    const { messages } = await client.conversation(conversationId)
    expect(messages.at(-1)?.generation).toMatchObject({ status: 'running', retry: { attempt: 2, delayMs: 50_000 } })
    const late = await client.follow(generationId)
    const stoppedAt = now()
    expect(await client.ask(status, 'POST', `${path}/stop`)).toEqual({ status: 'stopped' })
    expect(now() - stoppedAt).toBeLessThan(1000)
    for (const each of [reader, late]) {
      await each.rest()
      expect(typesOf(each)).toEqual(['start', 'retry', 'status'])
    }
    expect(house.timesAsked('stop the wait')).toBe(1)
  })

  test('“Retry now” ends a wait, and does nothing where none is', async () => {
    const { reader, path } = await waiting('retry now', limitedForLong, [{ until: 'asked again' }, ...answer])
    const before = house.upstream.requests.length
    expect(await client.ask(status, 'POST', `${path}/retry`)).toEqual({ status: 'running' })
    await house.upstream.request(before)
    expect(await client.ask(status, 'POST', `${path}/retry`)).toEqual({ status: 'running' })
    house.upstream.open('asked again')
    await reader.rest()
    expect(typesOf(reader)).toEqual(['start', 'retry', 'delta', 'usage', 'status'])
    expect(house.timesAsked('retry now')).toBe(2)
    expect(await client.ask(status, 'POST', `${path}/retry`)).toEqual({ status: 'completed' })
  })
})
