import { describe, expect, it } from 'vitest'
import { longestReply, sensibleLength } from '@/lib/billing/max-cost'
import type { Price } from '@/lib/protocol/billing/prices'

const price: Price = {
  ...{ provider: 'provider.example', model: 'model', currency: 'USD', input: '1', cachedInput: null, output: '2' },
  ...{ reasoning: null, longPrompt: null, contextWindow: null, maxOutput: null, date: '', source: '' },
}

describe('the longest answer to a prompt of 900 tokens', () => {
  it.each([
    ['of which nothing is known', {}, null, 4096],
    ['that writes 500', { maxOutput: 500 }, 500, 500],
    ['that writes 500, with room for 100', { maxOutput: 500, contextWindow: 1000 }, 100, 100],
    ['with room for 100, of which no more is known', { contextWindow: 1000 }, null, 100],
    ['with no room', { contextWindow: 800 }, null, 1],
    ['with much room', { contextWindow: 200_000 }, null, 4096],
  ])('of a model %s', (_, known, longest, sensible) => {
    expect(longestReply({ ...price, ...known }, 900)).toBe(longest)
    expect(sensibleLength({ ...price, ...known }, 900)).toBe(sensible)
  })
})
