import { expect, test, vi } from 'vitest'
import { counterKey } from '@/lib/http/limits'

vi.stubEnv('RILL_SECRET', 'a secret of the tests')

test('any number of addresses share a fixed number of counters', () => {
  const counters = new Set(
    Array.from({ length: 400_000 }, (_, index) => counterKey(`10.0.${index >> 8}.${index & 255}`)),
  )
  expect(counters.size).toBeLessThanOrEqual(65_536)
  expect(counters.size).toBeGreaterThan(60_000)
  expect(counterKey('192.0.2.1')).toBe(counterKey('192.0.2.1'))
})
