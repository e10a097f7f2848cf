import { describe, expect, test } from 'vitest'
import { askedWait } from '@/lib/upstream/retry-after'

const now = Date.UTC(2026, 5, 1, 12, 0, 0)

describe('the wait that headers ask for', () => {
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
    [{ 'x-ratelimit-reset': '12' }, 12_000],
    [{ 'x-ratelimit-reset': String(now / 1000 + 40) }, 40_000],
    [{ 'x-ratelimit-reset': String(now + 4000) }, 4000],
    [{ 'x-ratelimit-reset': String(now / 1000 - 40) }, 0],
    [{ 'x-ratelimit-reset': 'tomorrow' }, null],
    [{ 'x-ratelimit-reset': '1.2.3s' }, null],
    [{ 'x-ratelimit-reset': '' }, null],
  ])('%j', (headers, wait) => {
    const asked = askedWait(new Headers(headers), now)
    if (wait === null) expect(asked).toBeNull()
    else expect(asked).toBeCloseTo(wait)
  })
})
