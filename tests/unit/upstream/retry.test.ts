import { describe, expect, test } from 'vitest'
import { webPage } from '@/lib/upstream/pages'
import { mayPass, problemFromPayload } from '@/lib/upstream/problems'
import { backoff } from '@/lib/upstream/retry'
import { cutConnection, emptyAnswer, problemAfterWait, problemOf, reasonToWait } from '@/lib/upstream/words'

describe('what is asked again', () => {
  test.each([408, 409, 425, 429, 500, 502, 503, 504, 524, 529])('a %i', (status) => {
    expect(mayPass(problemFromPayload('', status))).toBe(true)
  })

  test.each([400, 401, 402, 403, 404, 413, 422])('not a %i', (status) => {
    expect(mayPass(problemFromPayload('', status))).toBe(false)
    expect(mayPass(problemFromPayload({ error: { message: 'Rate limit' } }, status))).toBe(false)
  })

  test.each([
    ['a quota, though it is a 429', { code: 'insufficient_quota' }, 429],
    ['a long conversation, though it is a 500', { code: 'context_length_exceeded' }, 500],
    ['a quota inside a 200', { type: 'insufficient_quota' }, undefined],
  ])('not %s', (_, error, status) => {
    expect(mayPass(problemFromPayload({ error }, status))).toBe(false)
  })

  test('errors inside a 200 count by their kind', () => {
    for (const type of ['overloaded_error', 'rate_limit_error']) {
      expect(mayPass(problemFromPayload({ error: { type } }))).toBe(true)
    }
    expect(mayPass(cutConnection)).toBe(true)
    expect(mayPass(webPage(502))).toBe(true)
    expect(mayPass(webPage(200))).toBe(false)
    expect(mayPass(emptyAnswer)).toBe(false)
  })
})

test('the backoff doubles up to its cap, with full jitter', () => {
  const limits = { attempts: 6, baseMs: 1000, maxWaitMs: 6000 }
  expect([1, 2, 3, 4, 5].map((attempt) => backoff(attempt, limits, () => 1))).toEqual([1000, 2000, 4000, 6000, 6000])
  expect(backoff(3, limits, () => 0)).toBe(0)
  expect(backoff(3, limits, () => 0.5)).toBe(2000)
})

test('the words say why, and until when', () => {
  expect(reasonToWait(problemFromPayload('', 502))).toBe('The model’s server has a fault (502)')
  expect(reasonToWait(problemFromPayload('', 429))).toBe('Rate limited')
  const noon = Date.UTC(2026, 5, 1, 12)
  expect(problemAfterWait(problemOf('rate_limit'), 360_000, noon).message).toBe(
    'Rate limited: the provider asks to wait about 6 minutes, until 2026-06-01 12:06 UTC. Try again then, or choose another model.',
  )
  expect(problemAfterWait(problemOf('rate_limit'), 1e300, noon).retryable).toBe(true)
})
