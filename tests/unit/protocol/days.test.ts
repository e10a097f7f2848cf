import { expect, test } from 'vitest'
import { dayOf } from '@/lib/protocol/billing/days'

test('a zone is the same in every spelling, and the cache of spellings is bounded', () => {
  const at = Date.UTC(2026, 6, 2, 20)
  const base = 'america/argentina/buenos_aires'
  const spelt = (index: number) =>
    [...base].map((letter, place) => ((index >> (place % 20)) & 1 ? letter.toUpperCase() : letter)).join('')
  // What is not kept is not seen from here: that the answer stays right as it is thrown out is.
  for (let index = 0; index < 1500; index++) expect(dayOf(at, spelt(index))).toBe(20636)
})
