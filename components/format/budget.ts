import type { Budget, BudgetScope, BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import { amountOf, picosOf } from '@/lib/protocol/billing/money'
import { formatPercent, formatTokens } from './numbers'
import type { MoneyFormatter } from './use-money-formatter'

/** How a sentence names each budget. */
const budgetNames: Record<BudgetScope, string> = {
  generation: 'the budget for one reply',
  conversation: 'this conversation’s budget',
  batch: 'this batch’s budget',
  day: 'today’s budget',
  month: 'this month’s budget',
}

type Unit = Pick<Budget, 'measure' | 'currency'>

/** `8,740 tokens`, `₹41.20` */
export function formatBudgetAmount(amount: string, { measure, currency }: Unit, money: MoneyFormatter): string {
  return measure === 'tokens' || currency === null ? formatTokens(Number(amount)) : money({ amount, currency })
}

/** `8,740 of 9,000 tokens`, `₹41.20 of ₹50.00` */
function formatAmountOfTotal(amount: string, total: string, unit: Unit, money: MoneyFormatter): string {
  const formattedAmount =
    unit.measure === 'tokens' ? Number(amount).toLocaleString() : formatBudgetAmount(amount, unit, money)
  return `${formattedAmount} of ${formatBudgetAmount(total, unit, money)}`
}

/** How much of a limit an amount uses, 1 for all of it. Rounds down, so that only a spent budget shows as 100%. */
export function fractionOf(amount: string, limit: string): number {
  const whole = picosOf(limit)
  return whole === 0n ? 1 : Number((picosOf(amount) * 100n) / whole) / 100
}

/** `80% of today’s budget used (₹41.20 of ₹50.00)`. Includes what is reserved for running replies. */
export function formatBudgetUsage({ spent, reserved, ...budget }: BudgetState, money: MoneyFormatter): string {
  const used = amountOf(picosOf(spent ?? '0') + picosOf(reserved ?? '0'))
  const verb = reserved === null || reserved === '0' ? 'used' : 'used or reserved'
  const percent = formatPercent(fractionOf(used, budget.amount))
  return `${percent} of ${budgetNames[budget.scope]} ${verb} (${formatAmountOfTotal(used, budget.amount, budget, money)})`
}

/** `This could go over today’s budget: ₹0.40 of ₹50.00 left.` */
export function formatBudgetWarning(budget: NonNullable<Estimate['budget']>, money: MoneyFormatter): string {
  const { scope, amount, left, lowerMaxTokens } = budget
  const warning = lowerMaxTokens === null ? 'This is over' : 'This could go over'
  const remainder = left === null ? '' : `: ${formatAmountOfTotal(left, amount, budget, money)} left`
  return `${warning} ${budgetNames[scope]}${remainder}.`
}
