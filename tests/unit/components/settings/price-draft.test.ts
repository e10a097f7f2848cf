import { expect, it } from 'vitest'
import { draftOf, priceProblem, rowOf } from '@/components/settings/prices/price-draft'
import type { Price } from '@/lib/protocol/billing/prices'

const price: Price = {
  ...{ provider: 'api.example.com', model: 'brook', currency: 'USD', date: '2026-07-02', source: 'a page' },
  ...{
    input: '1.25',
    cachedInput: '0.125',
    output: '10',
    reasoning: null,
    contextWindow: 1_000_000,
    maxOutput: 64_000,
  },
  longPrompt: { over: 200_000, input: '2.5', cachedInput: null, output: '15' },
}

it('keeps what long prompts cost when another part of a price is changed', () => {
  const { longPrompt, contextWindow, maxOutput } = price
  const changed = rowOf({ ...draftOf(price), input: '1' }, price, 0)
  expect(changed).toMatchObject({ input: '1', output: '10', longPrompt, contextWindow, maxOutput })
  expect(Object.keys(changed).filter((name) => !(name in price))).toEqual(['version'])
  const dearer = rowOf({ ...draftOf(price), longCachedInput: ' 0.25 ', longOutput: '20' }, price, 0)
  expect(dearer.longPrompt).toEqual({ over: 200_000, input: '2.5', cachedInput: '0.25', output: '20' })
  expect(rowOf(draftOf({ ...price, longPrompt: null }), { ...price, longPrompt: null }, 0).longPrompt).toBeNull()
  expect(rowOf(draftOf(null), null, 0).longPrompt).toBeUndefined()
})

it('tells at which field the server found something wrong', () => {
  const wrong = (field: string) =>
    priceProblem({ kind: 'bad_request', field, message: `${field}: isn’t a price`, retryable: false })
  expect(wrong('prices.2.input')).toEqual({ row: 3, field: 'input', words: 'Input isn’t a price.' })
  expect(wrong('prices.0.longPrompt.output')).toMatchObject({
    ...{ field: 'longOutput', words: 'Output of long prompts isn’t a price.' },
  })
  expect(wrong('prices.0.longPrompt.over')).toMatchObject({ field: 'longPrompt', words: 'Long prompt isn’t a price.' })
  expect(wrong('prices')).toBeNull()
})
