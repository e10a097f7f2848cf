import { expect, it } from 'vitest'
import { priceProblem, toPriceDraft, toPriceRow } from '@/components/settings/prices/price-draft'
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

it('keeps the price of long prompts when another part of a price changes', () => {
  const { longPrompt, contextWindow, maxOutput } = price
  const changed = toPriceRow({ ...toPriceDraft(price), input: '1' }, price, 0)
  expect(changed).toMatchObject({ input: '1', output: '10', longPrompt, contextWindow, maxOutput })
  expect(Object.keys(changed).filter((name) => !(name in price))).toEqual(['version'])
  const raised = toPriceRow({ ...toPriceDraft(price), longCachedInput: ' 0.25 ', longOutput: '20' }, price, 0)
  expect(raised.longPrompt).toEqual({ over: 200_000, input: '2.5', cachedInput: '0.25', output: '20' })
  expect(
    toPriceRow(toPriceDraft({ ...price, longPrompt: null }), { ...price, longPrompt: null }, 0).longPrompt,
  ).toBeNull()
  expect(toPriceRow(toPriceDraft(null), null, 0).longPrompt).toBeUndefined()
})

it('finds the row and the field that a server problem is about', () => {
  const problem = (field: string) =>
    priceProblem({ kind: 'bad_request', field, message: `${field}: isn’t a price`, retryable: false })
  expect(problem('prices.2.input')).toEqual({ row: 3, field: 'input', message: 'Input isn’t a price.' })
  expect(problem('prices.0.longPrompt.output')).toMatchObject({
    ...{ field: 'longOutput', message: 'Output of long prompts isn’t a price.' },
  })
  expect(problem('prices.0.longPrompt.over')).toMatchObject({
    field: 'longPrompt',
    message: 'Long prompt isn’t a price.',
  })
  expect(problem('prices')).toBeNull()
})
