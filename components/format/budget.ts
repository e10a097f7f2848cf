import type { Budget, BudgetScope, BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import { amountOf, picosOf } from '@/lib/protocol/billing/money'
import { tokenWords } from './numbers'
import { percentWords } from './percent'
import type { Amount } from './use-money'

/** The name of a budget within a sentence. */
const budgetNames: Record<BudgetScope, string> = {
  generation: 'the budget for one reply',
  conversation: 'this conversation’s budget',
  batch: 'this batch’s budget',
  day: 'today’s budget',
  month: 'this month’s budget',
}

/** An amount of a budget: of money, or of tokens. */
export function amountWords(
  amount: string,
  { measure, currency }: Pick<Budget, 'measure' | 'currency'>,
  money: (amount: Amount) => string,
): string {
  return measure === 'tokens' || currency === null ? tokenWords(Number(amount)) : money({ amount, currency })
}

/** `8,740 of 9,000 tokens`, `₹41.20 of ₹50.00` */
function amountsWords(
  some: string,
  all: string,
  budget: Pick<Budget, 'measure' | 'currency'>,
  money: (amount: Amount) => string,
): string {
  const [first, last] = [some, all].map((each) => amountWords(each, budget, money))
  return budget.measure === 'tokens' ? `${Number(some).toLocaleString()} of ${last}` : `${first} of ${last}`
}

/** How much of a cap some amount is: 1 for all of it. Rounded down, so that none is said to be full that is not. */
export function shareOf(amount: string, of: string): number {
  const whole = picosOf(of)
  return whole === 0n ? 1 : Number((picosOf(amount) * 100n) / whole) / 100
}

/** `80% of today’s budget used (₹41.20 of ₹50.00)` What is reserved for replies that are being written counts too. */
export function usedWords({ spent, reserved, ...budget }: BudgetState, money: (amount: Amount) => string): string {
  const used = amountOf(picosOf(spent ?? '0') + picosOf(reserved ?? '0'))
  const how = reserved === null || reserved === '0' ? 'used' : 'used or reserved'
  const share = percentWords(shareOf(used, budget.amount))
  return `${share} of ${budgetNames[budget.scope]} ${how} (${amountsWords(used, budget.amount, budget, money)})`
}

/** `This could go over today’s budget: ₹0.40 of ₹50.00 left.` */
export function misfitWords(budget: NonNullable<Estimate['budget']>, money: (amount: Amount) => string): string {
  const { scope, amount, left, lowerMaxTokens } = budget
  const what = lowerMaxTokens === null ? 'This is over' : 'This could go over'
  const rest = left === null ? '' : `: ${amountsWords(left, amount, budget, money)} left`
  return `${what} ${budgetNames[scope]}${rest}.`
}
