import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { generationStatus, type RetryData, startData } from '@/lib/protocol/events'
import { machineDelay } from '../../delay'
import { delta, done, event, finish } from '../../upstream/events'
import { now, type Script, type Step } from '../../upstream/scripted'
import type { Client } from '../client'
import { anyEngine, type House, openHouse } from '../house'
import type { EventReader } from './event-reader'

const ATTEMPTS = 3
const status = z.object({ status: generationStatus })
const answer: Step[] = [{ delta: 'At last.' }, { write: finish('stop') + done }]
const eventStream = { 'content-type': 'text/event-stream' }
const limited: Step[] = [{ status: 429, headers: { 'retry-after-ms': '30' } }, { end: true }]
/** Refuses for as long as no test lasts, and within what Rill waits. */
const limitedForLong: Step[] = [{ status: 429, headers: { 'retry-after': '50' } }, { end: true }]

describe.each(anyEngine)('retries, on %s', (engine) => {
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
    ['a 502', [{ status: 502 }, { end: true }], 'had an error (502)'],
    ['a 529', [{ status: 529 }, { end: true }], 'overloaded (529)'],
    ['a reset before the headers', [{ reset: true }], 'Couldn’t reach the provider'],
    ['a cut before the first word', [{ write: ': hello\n\n' }, { cut: true }], 'Couldn’t reach the provider'],
    [
      'an error in a 200 before the first word',
      [{ write: event({ error: { type: 'overloaded_error', message: 'Overloaded' } }) }, { end: true }],
      'had an error',
    ],
  ]
  test.each(passing)('%s is asked again', async (what, refusal, words) => {
    // A server may reset a kept connection, and that first reset is not reported: so this one is closed.
    await play(`before ${what}`, [{ status: 200, headers: { ...eventStream, connection: 'close' } }, ...answer])
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

  const refusal = (status: number, body: unknown, headers = {}): Step[] => [
    { status, headers: { 'content-type': 'application/json', ...headers } },
    { write: JSON.stringify(body) },
    { end: true },
  ]

  test('a model that is loading is waited for, more often than a fault, and its wait is told', async () => {
    const loading = refusal(503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } })
    const reader = await play('it loads', ...Array.from({ length: ATTEMPTS + 2 }, () => loading), answer)
    expect(reader.text).toBe('At last.')
    expect(retriesOf(reader)).toHaveLength(ATTEMPTS + 2)
    for (const { message, attempt, of } of retriesOf(reader)) {
      expect(message).toBe('The model is loading')
      expect(attempt).toBeLessThanOrEqual(of)
    }
  })

  test('as long as it says', async () => {
    const loading = refusal(503, { error: 'Model x is currently loading', estimated_time: 0.05 })
    const reader = await play('as long as it says', loading, answer)
    expect(reader.text).toBe('At last.')
    expect(retriesOf(reader)).toMatchObject([{ delayMs: 50, message: 'The model is loading' }])
  })

  test.each<[string, Step[]]>([
    [
      'Gemini’s',
      refusal(429, [
        {
          error: {
            code: 429,
            message: 'You exceeded your current quota, please check your plan and billing details.',
            status: 'RESOURCE_EXHAUSTED',
            details: [
              { violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }] },
              { retryDelay: '0.040s' },
            ],
          },
        },
      ]),
    ],
    ['in words', refusal(429, { error: { message: 'Rate limit reached. Please try again in 40ms.' } })],
    [
      'of OpenRouter’s headers',
      refusal(429, {
        error: { message: 'Rate limit exceeded', code: 429, metadata: { headers: { 'Retry-After': '0.04' } } },
      }),
    ],
    [
      'of the limit that is used up',
      refusal(
        429,
        { error: { message: 'Rate limit reached' } },
        {
          'x-ratelimit-reset-requests': '1h',
          'x-ratelimit-remaining-requests': '10',
          'x-ratelimit-reset-tokens': '40ms',
          'x-ratelimit-remaining-tokens': '0',
        },
      ),
    ],
    [
      'inside a 200',
      [{ write: event({ error: { code: 429, message: 'Slow down. Please try again in 40ms.' } }) }, { end: true }],
    ],
  ])('a wait that the body asks for: %s', async (what, limit) => {
    const reader = await play(`a wait ${what}`, limit, answer)
    expect(reader.text).toBe('At last.')
    expect(retriesOf(reader)).toMatchObject([{ delayMs: 40, kind: 'rate_limit' }])
  })

  test.each<[string, Step[], string]>([
    [
      'x-should-retry: false',
      refusal(500, { error: { message: 'Do not ask again' } }, { 'x-should-retry': 'false' }),
      'upstream',
    ],
    [
      'an empty purse inside a 200',
      [{ write: event({ base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }) }, { end: true }],
      'quota',
    ],
    [
      'an empty purse in a 500',
      refusal(500, { error: { type: 'api_error', message: 'insufficient balance (1008)' } }),
      'quota',
    ],
    [
      'a bad request in a 502',
      refusal(502, {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"Roles must alternate"}}' },
        },
      }),
      'bad_request',
    ],
    [
      'an invalid request inside a 200',
      [{ write: event({ error: { type: 'invalid_request_error', message: 'Roles must alternate' } }) }, { end: true }],
      'bad_request',
    ],
  ])('%s is obeyed: it is asked once', async (what, refused, kind) => {
    const reader = await play(`once: ${what}`, refused, answer)
    expect(typesOf(reader)).toEqual(['start', 'error', 'status'])
    expect(reader.seen[1]).toMatchObject({ data: { kind } })
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
    const delay = machineDelay()
    const stoppedAt = now()
    expect(await client.ask(status, 'POST', `${path}/stop`)).toEqual({ status: 'stopped' })
    expect(now() - stoppedAt).toBeLessThan(1000 + delay.stop())
    for (const each of [reader, late]) {
      await each.rest()
      expect(typesOf(each)).toEqual(['start', 'retry', 'error', 'status'])
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
