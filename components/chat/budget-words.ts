import { percentWords } from '@/components/ui/percent'
import type { Amount } from '@/components/ui/use-money'
import type { Budget, BudgetScope, BudgetState, Estimate } from '@/lib/protocol/budgets'
import { amountOf, picosOf } from '@/lib/protocol/money'
import { tokenWords } from './numbers'

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

/** How much of a cap some amount is: 1 for all of it. Rounded down, so that none is said to be full that is not. */
export function shareOf(amount: string, of: string): number {
  const whole = picosOf(of)
  return whole === 0n ? 1 : Number((picosOf(amount) * 100n) / whole) / 100
}

/** `80% of today’s budget is used: ₹41.20 of ₹50.00.` What is set aside for replies that are being written counts too. */
export function usedWords({ spent, reserved, ...budget }: BudgetState, money: (amount: Amount) => string): string {
  const words = (amount: string) => amountWords(amount, budget, money)
  const used = amountOf(picosOf(spent ?? '0') + picosOf(reserved ?? '0'))
  const how = reserved === null || reserved === '0' ? 'used' : 'used or set aside'
  const share = percentWords(shareOf(used, budget.amount))
  return `${share} of ${budgetNames[budget.scope]} is ${how}: ${words(used)} of ${words(budget.amount)}.`
}

/** `The longest answer to this would not fit in today’s budget: ₹0.40 of ₹50.00 is left.` */
export function misfitWords(budget: NonNullable<Estimate['budget']>, money: (amount: Amount) => string): string {
  const { scope, amount, left, lowerMaxTokens } = budget
  const words = (each: string) => amountWords(each, budget, money)
  const what = lowerMaxTokens === null ? 'This does not fit in' : 'The longest answer to this would not fit in'
  return `${what} ${budgetNames[scope]}${left === null ? '' : `: ${words(left)} of ${words(amount)} is left`}.`
}
