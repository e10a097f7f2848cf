import { describe, expect, it } from 'vitest'
import { formatBudgetUsage, formatBudgetWarning, fractionOf } from '@/components/format/budget'
import { formatReplyCost, replyUsage, tokenRate, tokensKeptInContext } from '@/components/format/numbers'
import type { MoneyFormatter } from '@/components/format/use-money-formatter'
import { formatTokensPerSecond } from '@/components/lab/format'
import { initialMeasurement } from '@/components/lab/measure'
import { cheaperModels } from '@/components/models/cheaper-models'
import { problemMessage, toBudgetDraft, validateAmount } from '@/components/settings/budgets/budget-draft'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import type { Budget, BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import { amountOf, picosOf, sumsOf } from '@/lib/protocol/billing/money'
import type { Usage } from '@/lib/protocol/events'
import type { GenerationSummary } from '@/lib/protocol/messages'

const usage: Usage = {
  promptTokens: 1000,
  completionTokens: 1240,
  cachedTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
  cost: { amount: '0.04', currency: 'USD' },
}
const generation: GenerationSummary = {
  id: 'g',
  status: 'completed',
  retry: null,
  model: 'brook',
  finishReason: 'stop',
  usage,
  earlier: [],
  attempts: 1,
  cursor: 9,
  startedAt: 10_000,
  firstTokenAt: 12_000,
  endedAt: 22_000,
}
/** The formatter of a person whose currency is the dollar. */
const money: MoneyFormatter = (amounts) =>
  sumsOf(
    [amounts].flat().map(({ amount, currency }) => ({ picos: picosOf(amount), currency })),
    { currency: 'USD', perDollar: '1' },
  )
    .map(({ picos, currency }) => `${currency} ${amountOf(picos)}`)
    .join(' + ')

describe('usage and cost of a reply', () => {
  it('sums all runs', () => {
    expect(formatReplyCost(generation, money)).toBe('USD 0.04')
    const earlier = [
      { ...usage, completionTokens: 60, source: 'estimated' as const, cost: { amount: '0.005', currency: 'USD' } },
      { ...usage, completionTokens: 700, cost: { amount: '0.1', currency: 'USD' } },
    ]
    expect(replyUsage({ usage, earlier })?.completionTokens).toBe(2000)
    expect(formatReplyCost({ usage, earlier }, money)).toBe('about USD 0.145')
    expect(formatReplyCost({ usage: null, earlier }, money)).toBe('about USD 0.105')
    const unknown = [{ ...usage, cost: null }]
    const rupees = [{ ...usage, cost: { amount: '1', currency: 'INR' } }]
    expect(formatReplyCost({ usage, earlier: [...rupees, ...rupees] }, money)).toBe('INR 2 + USD 0.04')
    expect(formatReplyCost({ usage, earlier: [...rupees, ...unknown] }, money)).toBeNull()
    const free = [{ ...usage, cost: { amount: '0', currency: 'INR' } }]
    expect(formatReplyCost({ usage, earlier: free }, money)).toBe('USD 0.04')
  })

  it('leaves reasoning out of the tokens kept in the context', () => {
    expect(tokensKeptInContext({ ...usage, reasoningTokens: 240 })).toBe(2000)
    expect(tokensKeptInContext({ ...usage, reasoningTokens: 5000 })).toBe(1000)
  })

  it('marks estimates, and has no cost if one is unknown', () => {
    const estimated = { ...usage, source: 'estimated' as const }
    expect(formatReplyCost({ usage: estimated, earlier: [] }, money)).toBe('about USD 0.04')
    expect(formatReplyCost({ usage: null, earlier: [] }, money)).toBeNull()
    const free = { ...usage, cost: { amount: '0', currency: 'USD' } }
    expect(formatReplyCost({ usage: free, earlier: [] }, money)).toBe('free')
    expect(formatReplyCost({ usage: { ...usage, cost: null }, earlier: [] }, money)).toBeNull()
  })

  it('has no speed when all text arrived at once', () => {
    expect(tokenRate({ ...generation, firstTokenAt: generation.endedAt }, [])).toBeNull()
    expect(tokenRate({ ...generation, firstTokenAt: 21_901 }, [])).toBeNull()
    expect(tokenRate({ ...generation, firstTokenAt: null }, [])).toBeNull()
  })

  it('counts reasoning for the speed only if it was streamed', () => {
    const thoughtful = { ...generation, usage: { ...usage, reasoningTokens: 1000 } }
    expect(tokenRate(thoughtful, [{ type: 'text', text: 'Well.' }])).toBe(24)
    expect(tokenRate(thoughtful, [{ type: 'reasoning', text: 'Hm.' }])).toBe(124)
    expect(tokenRate({ ...thoughtful, usage: { ...usage, reasoningTokens: 1239 } }, [])).toBeNull()
    const measured = { ...initialMeasurement, usage: thoughtful.usage, firstTokenMs: 2000, totalMs: 12_000 }
    expect(formatTokensPerSecond(measured)).toBe('24')
    expect(formatTokensPerSecond({ ...measured, reasoningStreamed: true })).toBe('124')
    expect(formatTokensPerSecond({ ...measured, firstTokenMs: 11_901 })).toBe('–')
  })
})

describe('formatting a budget', () => {
  const day: BudgetState = {
    ...{ id: 'day', version: 1 },
    ...{ scope: 'day', measure: 'cost', amount: '50', currency: 'INR', warnAt: 0.8, near: true },
    ...{ spent: '41.2', reserved: '0' },
  }

  it('shows how much is used, rounded down', () => {
    expect(formatBudgetUsage(day, money)).toBe('82% of today’s budget used (INR 41.2 of INR 50)')
    const tokens = { ...day, scope: 'month' as const, measure: 'tokens' as const, amount: '3000', currency: null }
    expect(formatBudgetUsage({ ...tokens, spent: '2999' }, money)).toBe(
      '99% of this month’s budget used (2,999 of 3,000 tokens)',
    )
  })

  it('includes reservations', () => {
    expect(formatBudgetUsage({ ...day, spent: '0.1', reserved: '0.2', amount: '0.3' }, money)).toBe(
      '100% of today’s budget used or reserved (INR 0.3 of INR 0.3)',
    )
  })

  it('shows what is left when a prompt does not fit, if that is known', () => {
    const misfit: NonNullable<Estimate['budget']> = {
      ...{ scope: 'day', measure: 'cost', amount: '50', currency: 'INR', near: true, unknown: null },
      ...{ left: '0.4', fits: false, lowerMaxTokens: 12 },
    }
    expect(formatBudgetWarning(misfit, money)).toBe('This could go over today’s budget: INR 0.4 of INR 50 left.')
    expect(formatBudgetWarning({ ...misfit, left: null, lowerMaxTokens: null }, money)).toBe(
      'This is over today’s budget.',
    )
  })

  it('is exact where floats are not', () => {
    // The largest budget in tokens.
    expect(fractionOf('250000000000000', '999999999999999')).toBe(0.25)
    expect(fractionOf('0.000000000001', '0.000000000003')).toBe(0.33)
    expect(fractionOf('0.29', '1')).toBe(0.29)
    expect(fractionOf('1', '0')).toBe(1)
  })
})

describe('the budget form', () => {
  const validate = (measure: Budget['measure'], amount: string) =>
    validateAmount({ scope: 'day', measure, amount, currency: 'USD' })

  it('validates the amount', () => {
    for (const amount of [' 50 ', '0.25', '999999.999999999999']) expect(validate('cost', amount)).toBeNull()
    for (const amount of ['1', '200000']) expect(validate('tokens', amount)).toBeNull()
    for (const amount of ['', ' ', '0', '0.00', '-1', '1e3', '₹50', '1,000', '1000000']) {
      expect(validate('cost', amount), amount).toMatch(/^Enter /)
    }
    for (const amount of ['2.5', '0', 'many', '1 000']) expect(validate('tokens', amount), amount).toMatch(/^Enter /)
  })

  it('starts without an amount if the currency of the budget has no exchange rate', () => {
    const rupees: Budget = { scope: 'day', measure: 'cost', amount: '50', currency: 'INR' }
    expect(toBudgetDraft(rupees, 'INR')).toEqual(rupees)
    expect(toBudgetDraft(rupees, 'JPY')).toEqual({ ...rupees, amount: '', currency: 'JPY' })
    expect(toBudgetDraft({ ...rupees, currency: 'USD' }, 'JPY')).toMatchObject({ amount: '50', currency: 'USD' })
    expect(toBudgetDraft({ ...rupees, measure: 'tokens', currency: null }, 'JPY').amount).toBe('50')
  })

  it('shows the server’s message without the name of the field', () => {
    const problem = { kind: 'bad_request' as const, message: 'amount: is not an amount', retryable: false }
    expect(problemMessage(problem)).toBe('The amount is not an amount.')
  })
})

describe('cheaper models', () => {
  const model = (id: string, input?: string, output?: string, currency = 'USD') => ({
    id,
    name: id,
    ...(input && output ? { price: { currency, input, output } } : {}),
  })
  const group = (name: string, models: ModelGroup['models']): ModelGroup => ({
    providerId: name,
    name,
    kind: 'own',
    models,
    problem: null,
  })
  const models: ModelList = {
    groups: [
      group('One', [model('dear', '10', '40'), model('middle', '2', '8'), model('untold')]),
      group('Two', [model('rupees', '90', '90', 'INR'), model('yen', '1', '1', 'JPY'), model('free', '0', '0')]),
    ],
    defaultModel: 'middle',
    demoOnly: false,
  }
  const rate = { currency: 'INR', perDollar: '90' }
  const ids = (than: string) => cheaperModels(models, than, rate, 9).flatMap((each) => each.models.map(({ id }) => id))

  it('sorts by price, cheapest first, across currencies', () => {
    expect(ids('dear')).toEqual(['free', 'rupees', 'middle'])
    expect(ids('middle')).toEqual(['free', 'rupees'])
  })

  it('excludes unknown prices, and finds none for a model without a price', () => {
    expect(ids('untold')).toEqual([])
    expect(ids('free')).toEqual([])
    expect(cheaperModels(null, 'dear', rate, 9)).toEqual([])
  })

  it('names the provider and the price', () => {
    const [first, second] = cheaperModels(models, 'middle', rate, 9)[0]?.models ?? []
    expect(first?.note).toBe('Two · free')
    expect(second?.note).toBe('Two · ₹90.00 in, ₹90.00 out per million')
  })
})
