import 'server-only'
import { type Amounts, type ScopeLimit, type Spending, spendingIn, zero } from '@/lib/database/billing/spending'
import type { Budget } from '@/lib/protocol/billing/budgets'
import { WARN_AT } from '@/lib/protocol/billing/budgets'
import { dollarsOf, picosOf, type Rate } from '@/lib/protocol/billing/money'
import type { Count } from '@/lib/tokens/tokenizers'
import { type Account, scopesOf } from './account'
import { amountsAtMost, largest, sensibleLength } from './max-cost'

/** A budget as it applies to one generation. */
export interface BudgetLimit {
  budget: Budget
  /** The row that holds its spending; null for a limit on each generation, which has none. */
  scope: string | null
  /** In pico-dollars or tokens. Null in a currency without a known rate, which allows nothing. */
  most: bigint | null
}

/** The limits that apply to a generation in these scopes. */
export function budgetLimitsOf({ budgets, rate }: Pick<Account, 'budgets' | 'rate'>, scopes: string[]): BudgetLimit[] {
  return budgets.flatMap((budget): BudgetLimit[] => {
    const scope = scopes.find((each) => each.startsWith(`${budget.scope}:`)) ?? null
    if (scope === null && budget.scope !== 'generation') return []
    return [{ budget, scope, most: maxOf(budget, rate) }]
  })
}

/** What a budget allows, in pico-dollars or tokens. */
export function maxOf({ measure, amount, currency }: Budget, rate: Rate): bigint | null {
  if (measure === 'tokens') return BigInt(amount)
  return dollarsOf({ picos: picosOf(amount), currency: currency ?? 'USD' }, rate)
}

/** The limits of each row, as the database checks them. A limit that can't be converted to dollars allows nothing. */
export function scopeLimitsOf(limits: BudgetLimit[], scopes: string[]): ScopeLimit[] {
  return scopes.flatMap((scope): ScopeLimit[] => {
    const own = limits.filter((limit) => limit.scope === scope)
    if (own.length === 0) return []
    const least = (measure: Budget['measure']) => {
      const limit = own.find(({ budget }) => budget.measure === measure)
      return limit ? (limit.most ?? -1n) : null
    }
    return [{ scope, picos: least('cost'), tokens: least('tokens') }]
  })
}

/** The result of checking a limit for a generation that would start now. */
export interface BudgetCheck {
  limit: BudgetLimit
  left: bigint
  fits: boolean
  /** The longest reply that would fit, if this one doesn't. */
  lowerMaxTokens: number | null
  near: boolean
}

/** Checks a limit for a prompt and the longest reply to it. */
export function checkLimit(
  limit: BudgetLimit,
  spending: Spending | undefined,
  account: Account,
  { promptTokens, maxTokens }: { promptTokens: number; maxTokens: number },
): BudgetCheck {
  const used = spending ? inMeasure(spending.spent, limit) + inMeasure(spending.reserved, limit) : 0n
  const most = limit.most ?? 0n
  const left = most > used ? most - used : 0n
  const need = (length: number) => inMeasure(amountsAtMost(account, promptTokens, length), limit)
  const fitting = (length: number) => {
    const needed = need(length)
    return needed !== null && limit.most !== null && needed <= left
  }
  const fits = fitting(maxTokens)
  return {
    limit,
    left,
    fits,
    lowerMaxTokens: fits ? null : largest(maxTokens, fitting),
    near: isNear(used + (need(maxTokens) ?? 0n), most),
  }
}

/** Whether enough of a limit is used to warn people. */
export function isNear(used: bigint, most: bigint): boolean {
  return used * 100n >= most * BigInt(Math.round(WARN_AT * 100))
}

/** The longest reply that a person or the operator set, if either did. */
export interface SetLength {
  maxTokens: number | undefined
  /** If the person set it, a misfit is an error. If the operator did, a shorter reply is requested instead. */
  byPerson: boolean
}

/** The longest reply to request: what the person set, or else what the model and the limits on each reply allow. */
export function lengthToRequest(
  account: Account,
  limits: BudgetLimit[],
  promptTokens: number,
  { maxTokens, byPerson }: SetLength,
): number {
  const longest = maxTokens ?? sensibleLength(account.price, promptTokens)
  if (byPerson) return longest
  const fitting = limits
    .filter(({ scope }) => scope === null)
    .flatMap(
      (limit) => checkLimit(limit, undefined, account, { promptTokens, maxTokens: longest }).lowerMaxTokens ?? [],
    )
  return Math.min(longest, ...fitting)
}

/** The amount in the measure of a limit. */
export function inMeasure(amounts: Amounts, limit: BudgetLimit): bigint
export function inMeasure(amounts: { picos: bigint | null; tokens: bigint }, limit: BudgetLimit): bigint | null
export function inMeasure(amounts: { picos: bigint | null; tokens: bigint }, { budget }: BudgetLimit): bigint | null {
  return budget.measure === 'cost' ? amounts.picos : amounts.tokens
}

/** The limit that doesn't allow a generation, or else the one with the smallest share left. */
export async function mostRestrictive(
  account: Account,
  limits: BudgetLimit[],
  lengths: { promptTokens: number; maxTokens: number },
  own = zero,
): Promise<BudgetCheck> {
  const spending = await spendingIn(
    account.ownerId,
    limits.flatMap(({ scope }) => scope ?? []),
  )
  const checks = limits.map((limit) =>
    checkLimit(
      limit,
      limit.scope === null ? { spent: zero, reserved: own } : spending.get(limit.scope),
      account,
      lengths,
    ),
  )
  return checks.reduce((one, other) => (isMoreRestrictive(other, one) ? other : one))
}

function isMoreRestrictive(one: BudgetCheck, other: BudgetCheck): boolean {
  if (one.fits !== other.fits) return !one.fits
  if (!one.fits) return (one.lowerMaxTokens ?? 0) < (other.lowerMaxTokens ?? 0)
  // Compare the shares of the limits that are left.
  return one.left * (other.limit.most ?? 0n) < other.left * (one.limit.most ?? 0n)
}

/** A generation that might start. */
interface Candidate {
  conversationId: string
  at: number
  countPrompt(): Promise<Count>
  length: SetLength
}

/** The longest reply that a generation could request now, and whether it fits. Reserves nothing. */
export async function fitsNow(
  account: Account,
  { conversationId, at, countPrompt, length }: Candidate,
): Promise<{ fits: boolean; maxTokens: number | undefined }> {
  const limits = budgetLimitsOf(account, scopesOf(account.timeZone, conversationId, at))
  if (limits.length === 0) return { fits: true, maxTokens: length.maxTokens }
  const { tokens: promptTokens } = await countPrompt()
  const maxTokens = lengthToRequest(account, limits, promptTokens, length)
  const { fits } = await mostRestrictive(account, limits, { promptTokens, maxTokens })
  return { fits, maxTokens }
}
