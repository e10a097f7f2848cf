import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RetryData } from '@/lib/protocol/events'
import {
  connectionLost,
  emptyReply,
  firstTokenTimedOut,
  problemAfterWait,
  problemOf,
  reasonToWait,
  responseTimedOut,
} from '@/lib/upstream/errors/messages'
import { isTransient, problemFromPayload, retryAdvice } from '@/lib/upstream/errors/problems'
import { webPage } from '@/lib/upstream/errors/web-pages'
import { backoff, completeWithRetries } from '@/lib/upstream/retry'
import { done, finish } from '@/tests/upstream/events'
import { type ScriptedUpstream, type Step, startScriptedUpstream } from '@/tests/upstream/scripted'
import { connectionTo } from './ask'

describe('what is retried', () => {
  test.each([408, 409, 425, 429, 500, 502, 503, 504, 524, 529])('a %i', (status) => {
    expect(isTransient(problemFromPayload('', status))).toBe(true)
  })

  test.each([400, 401, 402, 403, 404, 413, 422])('not a %i', (status) => {
    expect(isTransient(problemFromPayload('', status))).toBe(false)
    expect(isTransient(problemFromPayload({ error: { message: 'Rate limit' } }, status))).toBe(false)
  })

  test.each([
    ['a quota, though it is a 429', { code: 'insufficient_quota' }, 429],
    ['a long conversation, though it is a 500', { code: 'context_length_exceeded' }, 500],
    ['a quota inside a 200', { type: 'insufficient_quota' }, undefined],
  ])('not %s', (_, error, status) => {
    expect(isTransient(problemFromPayload({ error }, status))).toBe(false)
  })

  test('errors inside a 200 count by their kind', () => {
    for (const type of ['overloaded_error', 'rate_limit_error']) {
      expect(isTransient(problemFromPayload({ error: { type } }))).toBe(true)
    }
    expect(isTransient(connectionLost)).toBe(true)
    expect(isTransient(webPage(502))).toBe(true)
    expect(isTransient(webPage(200))).toBe(false)
    expect(isTransient(emptyReply)).toBe(false)
  })
})

test('a timeout is not retried automatically: the model may have done billable work', () => {
  for (const late of [responseTimedOut, firstTokenTimedOut]) {
    expect(late).toMatchObject({ kind: 'timeout', retryable: true })
    expect(isTransient(late)).toBe(false)
  }
})

test('x-should-retry: false prevents a retry, and a quota error is never retried', () => {
  const fault = problemFromPayload({ error: { message: 'A fault' } }, 500)
  expect(retryAdvice(fault)).toEqual({ afterMs: null })
  expect(retryAdvice(fault, new Headers({ 'x-should-retry': 'false' }))).toBeUndefined()
  const purse = problemFromPayload({ error: { code: 'insufficient_quota' } }, 429)
  expect(retryAdvice(purse, new Headers({ 'x-should-retry': 'true', 'retry-after': '1' }))).toBeUndefined()
})

test('headers take precedence over the body', () => {
  const limit = problemFromPayload({ error: { message: 'Please try again in 9s' } }, 429)
  expect(retryAdvice(limit)).toEqual({ afterMs: 9000 })
  expect(retryAdvice(limit, new Headers({ 'retry-after-ms': '250' }))).toEqual({ afterMs: 250 })
})

describe('a model that is loading', () => {
  let upstream: ScriptedUpstream
  beforeAll(async () => {
    upstream = await startScriptedUpstream()
  })
  afterAll(() => upstream.stop())

  const loading: Step[] = [
    { status: 503 },
    { write: '{"error":{"code":503,"message":"Loading model"}}' },
    { end: true },
  ]
  const fault: Step[] = [{ status: 500 }, { end: true }]
  const limits = { attempts: 2, baseMs: 5, maxWaitMs: 60_000 }
  async function asked(firstTokenMs: number, ...turns: Step[][]) {
    upstream.requests.length = 0
    upstream.script(() => turns[Math.min(upstream.requests.length, turns.length) - 1] ?? [])
    const waits: RetryData[] = []
    const end = await completeWithRetries(
      connectionTo(upstream.baseUrl),
      { model: 'scripted', messages: [{ role: 'user', content: 'Hello' }], stream: true },
      { text() {}, reasoning() {}, usage() {} },
      new AbortController().signal,
      { timeouts: { firstTokenMs, idleMs: 5000, heartbeatMs: 5000 }, limits, onWait: (wait) => waits.push(wait) },
    )
    return { end, waits, times: upstream.requests.length }
  }

  test('is retried until the first-token timeout, and then reported', async () => {
    const startedAt = performance.now()
    const { end, waits, times } = await asked(200, loading)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(195)
    expect(times).toBeGreaterThan(limits.attempts)
    expect(waits.every(({ message }) => message === 'The model is loading')).toBe(true)
    expect(end.problem).toMatchObject({
      message: 'The model is still loading. Try again in a while, or choose another model.',
      upstreamMessage: 'Loading model',
      upstreamStatus: 503,
    })
  })

  test('doesn’t use up the attempts for errors', async () => {
    const answer: Step[] = [{ delta: 'Hello' }, { write: finish('stop') + done }]
    const { end, times } = await asked(5000, loading, loading, loading, fault, answer)
    expect(end.problem).toBeNull()
    expect(times).toBe(5)
    expect((await asked(5000, loading, fault, fault, answer)).times).toBe(3)
  })
})

test('the backoff doubles up to its cap, with full jitter', () => {
  const limits = { attempts: 6, baseMs: 1000, maxWaitMs: 6000 }
  expect([1, 2, 3, 4, 5].map((attempt) => backoff(attempt, limits, () => 1))).toEqual([1000, 2000, 4000, 6000, 6000])
  expect(backoff(3, limits, () => 0)).toBe(0)
  expect(backoff(3, limits, () => 0.5)).toBe(2000)
})

test('the messages say why, and until when', () => {
  expect(reasonToWait(problemFromPayload('', 502))).toBe('The provider had an error (502)')
  expect(reasonToWait(problemFromPayload('', 429))).toBe('Rate limited')
  const noon = Date.UTC(2026, 5, 1, 12)
  expect(problemAfterWait(problemOf('rate_limit'), 360_000, noon).message).toBe(
    'Rate limited: the provider says to wait about 6 minutes, until 2026-06-01 12:06 UTC. Try again then, or choose another model.',
  )
  expect(problemAfterWait(problemOf('rate_limit'), 1e300, noon).retryable).toBe(true)
})
