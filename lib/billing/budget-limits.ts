import 'server-only'
import type { Amounts, Limit, Spending } from '@/lib/database/billing/spending'
import type { Budget } from '@/lib/protocol/billing/budgets'
import { WARN_AT } from '@/lib/protocol/billing/budgets'
import { amountOf, convert, dollarsOf, formatMoney, picosOf, type Rate } from '@/lib/protocol/billing/money'
import type { Account } from './account'
import { amountsAtMost, largest, sensibleLength } from './max-cost'

/** A budget as it applies to one generation. */
export interface Cap {
  budget: Budget
  /** The row it is kept in; null for a cap on each generation, which has none. */
  scope: string | null
  /** In pico-dollars or tokens. Null in a currency without a known rate, which allows nothing. */
  most: bigint | null
}

/** The caps that apply to a generation booked in these scopes. */
export function capsOf({ budgets, rate }: Pick<Account, 'budgets' | 'rate'>, scopes: string[]): Cap[] {
  return budgets.flatMap((budget): Cap[] => {
    const scope = scopes.find((each) => each.startsWith(`${budget.scope}:`)) ?? null
    if (scope === null && budget.scope !== 'generation') return []
    return [{ budget, scope, most: mostOf(budget, rate) }]
  })
}

/** What a budget allows, in pico-dollars or tokens. */
export function mostOf({ measure, amount, currency }: Budget, rate: Rate): bigint | null {
  if (measure === 'tokens') return BigInt(amount)
  return dollarsOf({ picos: picosOf(amount), currency: currency ?? 'USD' }, rate)
}

/** The caps of each row, as the database checks them. A cap that can't be converted to dollars allows nothing. */
export function limitsOf(caps: Cap[], scopes: string[]): Limit[] {
  return scopes.flatMap((scope): Limit[] => {
    const own = caps.filter((cap) => cap.scope === scope)
    if (own.length === 0) return []
    const least = (measure: Budget['measure']) => {
      const cap = own.find(({ budget }) => budget.measure === measure)
      return cap ? (cap.most ?? -1n) : null
    }
    return [{ scope, picos: least('cost'), tokens: least('tokens') }]
  })
}

/** The result of checking a cap for a generation that would start now. */
export interface Verdict {
  cap: Cap
  left: bigint
  fits: boolean
  /** The longest reply that would fit, if this one doesn't. */
  lowerMaxTokens: number | null
  near: boolean
}

/** Checks a cap for a prompt and the longest reply to it. */
export function verdictOn(
  cap: Cap,
  spending: Spending | undefined,
  account: Account,
  { promptTokens, maxTokens }: { promptTokens: number; maxTokens: number },
): Verdict {
  const used = spending ? inMeasure(spending.spent, cap) + inMeasure(spending.reserved, cap) : 0n
  const most = cap.most ?? 0n
  const left = most > used ? most - used : 0n
  const need = (length: number) => inMeasure(amountsAtMost(account, promptTokens, length), cap)
  const fitting = (length: number) => {
    const needed = need(length)
    return needed !== null && cap.most !== null && needed <= left
  }
  const fits = fitting(maxTokens)
  return {
    cap,
    left,
    fits,
    lowerMaxTokens: fits ? null : largest(maxTokens, fitting),
    near: isNear(used + (need(maxTokens) ?? 0n), most),
  }
}

/** Whether enough of a cap is used to warn people. */
export function isNear(used: bigint, most: bigint): boolean {
  return used * 100n >= most * BigInt(Math.round(WARN_AT * 100))
}

/** The longest reply that a person or the operator set, if either did. */
export interface SetLength {
  maxTokens: number | undefined
  /** If the person set it, a misfit is an error. If the operator did, a shorter reply is requested instead. */
  byPerson: boolean
}

/** The longest reply to request: what the person set, or else what the model and the caps on each reply allow. */
export function lengthToAskFor(
  account: Account,
  caps: Cap[],
  promptTokens: number,
  { maxTokens, byPerson }: SetLength,
): number {
  const longest = maxTokens ?? sensibleLength(account.price, promptTokens)
  if (byPerson) return longest
  const fitting = caps
    .filter(({ scope }) => scope === null)
    .flatMap((cap) => verdictOn(cap, undefined, account, { promptTokens, maxTokens: longest }).lowerMaxTokens ?? [])
  return Math.min(longest, ...fitting)
}

/** The amount in the measure of a cap. */
export function inMeasure(amounts: Amounts, cap: Cap): bigint
export function inMeasure(amounts: { picos: bigint | null; tokens: bigint }, cap: Cap): bigint | null
export function inMeasure(amounts: { picos: bigint | null; tokens: bigint }, { budget }: Cap): bigint | null {
  return budget.measure === 'cost' ? amounts.picos : amounts.tokens
}

/** Pico-dollars or tokens in a budget's own measure, as they travel. Null in a currency whose rate is not known. */
export function amountIn({ measure, currency }: Budget, value: bigint, rate: Rate): string | null {
  if (measure === 'tokens') return `${value}`
  if (currency === 'USD') return amountOf(value)
  const money = currency === rate.currency ? convert({ picos: value, currency: 'USD' }, rate) : null
  return money && amountOf(money.picos)
}

/** The same for a reader, beside a budget of the same measure: "472", or "₹0.40". */
export function inWords(budget: Budget, value: bigint, rate: Rate): string {
  const amount = amountIn(budget, value, rate)
  if (amount === null) return 'an unknown amount'
  return budget.measure === 'tokens' ? Number(amount).toLocaleString('en') : moneyInWords(amount, budget.currency, true)
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

/** A budget for a reader: "₹50.00 today". */
export function nameOf(budget: Budget): string {
  return `${muchOf(budget)} ${during[budget.scope]}`
}

/** The same as the beginning of a sentence: "Today’s budget is ₹50.00". */
export function sentenceOf(budget: Budget): string {
  return `${subjects[budget.scope]} is ${muchOf(budget)}`
}

function muchOf({ measure, amount, currency }: Budget): string {
  return measure === 'tokens' ? tokensInWords(Number(amount)) : moneyInWords(amount, currency, false)
}

function moneyInWords(amount: string, currency: string | null, fine: boolean): string {
  return formatMoney({ picos: picosOf(amount), currency: currency ?? 'USD' }, { locale: 'en', fine })
}

function tokensInWords(tokens: number): string {
  return `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`
}
