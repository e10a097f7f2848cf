import type { Amount } from '@/components/ui/use-money'
import type { Budget, BudgetScope } from '@/lib/protocol/budgets'
import { amountOf, picosOf } from '@/lib/protocol/money'
import { tokenWords } from './numbers'

/** The name of a budget within a sentence. */
export const budgetNames: Record<BudgetScope, string> = {
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

/** How much of a cap some amount is, in per cent. */
export function percentOf(amount: string, of: string): number {
  const whole = picosOf(of)
  // In tenths, so that a float has nothing to round.
  return whole === 0n ? 100 : Number((picosOf(amount) * 1000n) / whole) / 10
}

/** `80 % of today’s budget is used: ₹41.20 of ₹50.00.` */
export function usedWords(budget: Budget, used: string, money: (amount: Amount) => string): string {
  const words = (amount: string) => amountWords(amount, budget, money)
  const percent = Math.floor(percentOf(used, budget.amount))
  return `${percent} % of ${budgetNames[budget.scope]} is used: ${words(used)} of ${words(budget.amount)}.`
}

/** What one amount has more than another; nothing when it has less. */
export function differenceOf(amount: string, less: string): string {
  const picos = picosOf(amount) - picosOf(less)
  return amountOf(picos > 0n ? picos : 0n)
}
