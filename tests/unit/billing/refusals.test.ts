import { describe, expect, it } from 'vitest'
import { formatPrice, formatShortPrice } from '@/components/format/price'
import { editableScopes } from '@/components/settings/budgets/budget-draft'
import type { Account } from '@/lib/billing/account'
import { scopesOf } from '@/lib/billing/account'
import type { BudgetCheck } from '@/lib/billing/budget-limits'
import { refusalOf } from '@/lib/billing/budget-refusals'

const account: Account = {
  ...{ ownerId: 'ann', budgets: [], timeZone: 'UTC', rate: { currency: 'USD', perDollar: '1' } },
  price: {
    ...{ provider: 'api.example.com', model: 'brook', currency: 'USD', input: '1', output: '2', date: '', source: '' },
    ...{ cachedInput: null, reasoning: null, longPrompt: null, contextWindow: null, maxOutput: null },
  },
}
const check: BudgetCheck = {
  limit: {
    budget: { scope: 'day', measure: 'cost', amount: '5', currency: 'USD' },
    scope: 'day:2026-11-21',
    most: 5_000_000_000_000n,
  },
  ...{ left: 4_000_000_000_000n, fits: false, lowerMaxTokens: null, near: true },
}

describe('a refusal', () => {
  const words = (change: Partial<BudgetCheck>) => refusalOf(account, { ...check, ...change }).problem.message

  it('says what is left, and what would fit', () => {
    expect(words({})).toContain(
      'Today’s budget is $5.00, with $4.00 left. Even a short reply won’t fit. Raise the budget',
    )
    expect(words({ lowerMaxTokens: 70 })).toContain(
      'Limit the reply to 70 tokens, raise the budget in Settings, or choose a cheaper model.',
    )
  })

  it('that another answer was the cause of is to be tried again', () => {
    expect(words({ fits: true })).toContain('It fits now, so send your message again.')
    expect(words({ fits: true })).not.toContain('Even a short reply')
  })
})

describe('a price', () => {
  it('is not rounded to coins', () => {
    expect(formatPrice({ currency: 'USD', input: '0.075', output: '10' })).toBe('$0.075 in, $10.00 out per million')
    expect(formatPrice({ currency: 'USD', input: '1.125', output: '0.0375' })).toBe(
      '$1.125 in, $0.0375 out per million',
    )
    expect(formatPrice({ currency: 'JPY', input: '0.000001', output: '90' })).toBe('¥0.000001 in, ¥90 out per million')
  })

  it('is as short as it can be in a column', () => {
    expect(formatShortPrice({ currency: 'USD', input: '2.5', output: '10' })).toBe('$2.50 / $10')
    expect(formatShortPrice({ currency: 'EUR', input: '0.075', output: '0' })).toBe('€0.075 / €0')
    expect(formatShortPrice({ currency: 'USD', input: '0', output: '0.000' })).toBe('Free')
  })
})

describe('what a budget is over', () => {
  it('can be set only where it holds something', () => {
    expect(editableScopes).toEqual(['generation', 'conversation', 'day', 'month'])
  })

  it('begins with the day and the month of the person’s calendar; with those of UTC in a zone that nobody knows', () => {
    const at = Date.UTC(2026, 10, 30, 20, 0)
    expect(scopesOf('Asia/Kolkata', 'c', at)).toEqual(['conversation:c', 'day:2026-12-01', 'month:2026-12'])
    expect(scopesOf('America/New_York', null, at)).toEqual(['day:2026-11-30', 'month:2026-11'])
    expect(scopesOf('Nowhere/At_All', null, at)).toEqual(['day:2026-11-30', 'month:2026-11'])
  })
})
