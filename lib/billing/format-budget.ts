import 'server-only'
import type { Budget } from '@/lib/protocol/billing/budgets'
import { amountOf, convert, formatMoney, picosOf, type Rate } from '@/lib/protocol/billing/money'

/** Pico-dollars or tokens in a budget's own measure and currency, as on the wire. Null when the exchange rate isn't known. */
export function amountIn({ measure, currency }: Budget, value: bigint, rate: Rate): string | null {
  if (measure === 'tokens') return `${value}`
  if (currency === 'USD') return amountOf(value)
  const money = currency === rate.currency ? convert({ picos: value, currency: 'USD' }, rate) : null
  return money && amountOf(money.picos)
}

/** The same for people: "472" or "₹0.40". */
export function formatAmount(budget: Budget, value: bigint, rate: Rate): string {
  const amount = amountIn(budget, value, rate)
  if (amount === null) return 'an unknown amount'
  return budget.measure === 'tokens' ? Number(amount).toLocaleString('en') : formatCost(amount, budget.currency, true)
}

const during = {
  generation: 'for one reply',
  conversation: 'in this conversation',
  batch: 'in this batch',
  day: 'today',
  month: 'this month',
}

const subjects = {
  generation: 'The budget for one reply',
  conversation: 'This conversation’s budget',
  batch: 'This batch’s budget',
  day: 'Today’s budget',
  month: 'This month’s budget',
}

/** A budget for people: "₹50.00 today". */
export function formatBudget(budget: Budget): string {
  return `${formatMax(budget)} ${during[budget.scope]}`
}

/** The same as the beginning of a sentence: "Today’s budget is ₹50.00". */
export function budgetSentence(budget: Budget): string {
  return `${subjects[budget.scope]} is ${formatMax(budget)}`
}

function formatMax({ measure, amount, currency }: Budget): string {
  return measure === 'tokens' ? formatTokens(Number(amount)) : formatCost(amount, currency, false)
}

function formatCost(amount: string, currency: string | null, fine: boolean): string {
  return formatMoney({ picos: picosOf(amount), currency: currency ?? 'USD' }, { locale: 'en', fine })
}

function formatTokens(tokens: number): string {
  return `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`
}
