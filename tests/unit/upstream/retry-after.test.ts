import { describe, expect, test } from 'vitest'
import { readErrorBody } from '@/lib/upstream/errors/error-body'
import { waitInBody, waitInHeaders } from '@/lib/upstream/errors/retry-after'

const now = Date.UTC(2026, 5, 1, 12, 0, 0)

describe('the wait in headers', () => {
  test.each<[Record<string, string>, number | null]>([
    [{}, null],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': ' 1.5 ' }, 1500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Mon, 01 Jun 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '' }, null],
    [{ 'retry-after-ms': '320', 'retry-after': '7' }, 320],
    [{ 'retry-after-ms': 'x', 'retry-after': '7' }, 7000],
    [{ 'retry-after': '7', 'x-ratelimit-reset-requests': '1s' }, 7000],
    [{ 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-requests': '20ms' }, 20],
    [{ 'x-ratelimit-reset-requests': '1h2m3.5s' }, 3_723_500],
    [{ 'x-ratelimit-reset-requests': '2m59.56s', 'x-ratelimit-reset-tokens': '7.66s' }, 179_560],
    [
      {
        'x-ratelimit-reset-requests': '6m0s',
        'x-ratelimit-remaining-requests': '10',
        'x-ratelimit-reset-tokens': '8s',
        'x-ratelimit-remaining-tokens': '0',
      },
      8000,
    ],
    [{ 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-remaining-requests': '10' }, null],
    [
      {
        'x-ratelimit-reset-requests': '6m0s',
        'x-ratelimit-reset-tokens': '8s',
        'x-ratelimit-remaining-tokens': '0',
      },
      8000,
    ],
    [
      {
        'x-ratelimit-reset-requests': '120ms',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-tokens': '1m',
        'x-ratelimit-remaining-tokens': '0',
      },
      60_000,
    ],
    [{ 'ratelimit-reset': '30', 'ratelimit-remaining': '0' }, 30_000],
    [{ 'x-ratelimit-reset': '2026-06-01T12:00:05Z' }, 5000],
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(now / 1000 + 40) }, 40_000],
    [{ 'x-ratelimit-reset': String(now + 4000) }, 4000],
    [{ 'x-ratelimit-reset': String(now / 1000 - 40) }, 0],
    [{ 'x-ratelimit-reset': 'tomorrow' }, null],
    [{ 'x-ratelimit-reset': '1.2.3s' }, null],
    [{ 'x-ratelimit-reset': '' }, null],
  ])('%j', (headers, wait) => {
    const asked = waitInHeaders(new Headers(headers), now)
    if (wait === null) expect(asked).toBeNull()
    else expect(asked).toBeCloseTo(wait)
  })
})

describe('the wait in a body', () => {
  test.each<[string, number | null]>([
    ['Please try again in 7.66s. Visit our page', 7660],
    ['Please try again in 20ms.', 20],
    ['Please try again in 1m30s', 90_000],
    ['try again in 1h2m3.5s', 3_723_500],
    ['Please retry after 6 seconds.', 6000],
    ['Please retry in 26.387s', 26_387],
    ['Retry after 1 second', 1000],
    ['retrying in 5 secs', 5000],
    ['Your quota will reset after 18h31m10s.', 66_670_000],
    ['Please wait 39114 seconds before retrying.', 39_114_000],
    ['Please wait for 2 minutes and 5 seconds.', 125_000],
    ['It is available in about 3 minutes', 180_000],
    ['Resets in 2 days, 3 hours', 183_600_000],
    ['Please try again later.', null],
    ['Please try again in a moment', null],
    ['Try again in 5 smaller steps', null],
    ['Limit 30000, used 29500 in 60 seconds', null],
    ['Retry after 2026-06-01', null],
  ])('%s', (message, wait) => {
    expect(waitInBody(readErrorBody({ error: { message } }, 429), now)).toBe(wait)
  })

  test.each<[object, number | null]>([
    [{ retry_after: 3 }, 3000],
    [{ retry_after: '3' }, 3000],
    [{ retry_after_ms: 250 }, 250],
    [{ retry_after_seconds: 1.5 }, 1500],
    [{ details: [{ retryDelay: '2s' }, { retryDelay: '1.250s' }] }, 2000],
    [{ metadata: { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(now + 9000) } } }, 9000],
    [{ metadata: { headers: { 'Retry-After': 4 } } }, 4000],
    [{ metadata: { headers: { 'bad name\n': 'x', 'retry-after': 'soon' } } }, null],
    [{ retry_after: null }, null],
    [{ retry_after: 'soon' }, null],
    [{ retry_after: -1 }, null],
    [{ retry_after: {} }, null],
  ])('%j', (fields, wait) => {
    expect(waitInBody(readErrorBody({ error: { message: 'No', ...fields } }, 429), now)).toBe(wait)
  })
})
