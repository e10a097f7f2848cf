import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cell } from '@/lib/http/usage-export'
import { dayOf, dayOfIso, isoOfDay } from '@/lib/protocol/billing/days'
import { bucketOf, quantile, waitBounds } from '@/lib/protocol/billing/usage'

test('a day is that of the zone’s calendar, over the change to summer time too', () => {
  const at = Date.UTC(2026, 2, 8, 4, 59)
  expect(isoOfDay(dayOf(at, 'America/New_York'))).toBe('2026-03-07')
  expect(isoOfDay(dayOf(at + 60_000, 'America/New_York'))).toBe('2026-03-08')
  expect(isoOfDay(dayOf(at, 'Asia/Kolkata'))).toBe('2026-03-08')
  expect(isoOfDay(dayOf(at, 'Nowhere/At_All'))).toBe('2026-03-08')
  expect(dayOfIso('2026-02-30')).toBeNull()
  fc.assert(fc.property(fc.integer({ min: 0, max: 40_000 }), (day) => dayOfIso(isoOfDay(day)) === day))
})

test('a quantile lies in the bucket of the value that it stands for', () => {
  const values = fc.array(fc.integer({ min: 0, max: 59_999 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.05, max: 1, noNaN: true }), (all, share) => {
      const counts = Array.from({ length: waitBounds.length + 1 }, () => 0)
      for (const value of all) counts[bucketOf(value, waitBounds)] = (counts[bucketOf(value, waitBounds)] ?? 0) + 1
      const exact = all.toSorted((a, b) => a - b)[Math.ceil(all.length * share - 1e-9) - 1] ?? Number.NaN
      const bucket = bucketOf(exact, waitBounds)
      const found = quantile(counts, waitBounds, share) ?? Number.NaN
      expect(found).toBeGreaterThanOrEqual(waitBounds[bucket - 1] ?? 0)
      expect(found).toBeLessThanOrEqual(waitBounds[bucket] ?? Number.POSITIVE_INFINITY)
    }),
  )
  expect(quantile([0, 0], waitBounds, 0.5)).toBeNull()
})

test('no cell of an export is a formula, or ends its row', () => {
  expect(cell('plain')).toBe('plain')
  expect(cell(-1)).toBe('-1')
  for (const start of ['=', '+', '-', '@', '\t', '\r', ' =', '＝', '＋', '－', '＠', '\u3000＝'])
    expect(cell(`${start}1+1`)).toMatch(/^"?\s*'/)
  // Where ; or a tab ends a cell, quotes that do not begin one are text.
  for (const inner of ['a;=1+1', 'a; ＝1', 'a\t@SUM(1)', 'a\n+1', 'a,-1', 'a|=1', 'a"=1', ';;=1'])
    expect(cell(inner).replaceAll('""', '"')).toMatch(/^"?.*?\s*'[=+\-@＝]/su)
  expect(cell('x-large; say-so=1')).toBe('"x-large; say-so=1"')
  expect(cell('a "b", c')).toBe('"a ""b"", c"')
  expect(cell('two\nlines')).toBe('"two\nlines"')
})
