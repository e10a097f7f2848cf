import { expect, it } from 'vitest'
import { scopesOf } from '@/lib/billing/account'
import { isTimeZone } from '@/lib/protocol/billing/days'

it.each([
  ['UTC', '2026-10-31T23:59:59.999Z', 'day:2026-10-31', 'month:2026-10'],
  ['UTC', '2026-11-01T00:00:00Z', 'day:2026-11-01', 'month:2026-11'],
  ['Asia/Kolkata', '2026-10-31T18:29:59Z', 'day:2026-10-31', 'month:2026-10'],
  ['Asia/Kolkata', '2026-10-31T18:30:00Z', 'day:2026-11-01', 'month:2026-11'],
  ['America/New_York', '2026-01-01T04:59:59Z', 'day:2025-12-31', 'month:2025-12'],
  // The clock went forward in the night before: five hours from UTC became four.
  ['America/New_York', '2026-03-09T03:59:59Z', 'day:2026-03-08', 'month:2026-03'],
  ['America/New_York', '2026-03-09T04:00:00Z', 'day:2026-03-09', 'month:2026-03'],
  ['Pacific/Kiritimati', '2028-02-28T10:00:00Z', 'day:2028-02-29', 'month:2028-02'],
])('in %s, %s is booked on its own day and month', (timeZone, at, day, month) => {
  expect(scopesOf(timeZone, 'one', Date.parse(at))).toEqual(['conversation:one', day, month])
  expect(scopesOf(timeZone, null, Date.parse(at))).toEqual([day, month])
})

it('a zone that the calendar no longer knows is that of UTC', () => {
  expect(scopesOf('Nowhere/At_All', null, Date.UTC(2026, 10, 1))).toEqual(['day:2026-11-01', 'month:2026-11'])
})

it.each([
  ['Asia/Kolkata', true],
  ['UTC', true],
  ['Nowhere/At_All', false],
  ['', false],
])('%j is a time zone: %s', (text, is) => {
  expect(isTimeZone(text)).toBe(is)
})
