import { ApiError } from '@/lib/client/transport/api-calls'
import type { Budget, BudgetScope } from '@/lib/protocol/billing/budgets'
import { isAmount } from '@/lib/protocol/billing/money'
import type { Problem } from '@/lib/protocol/events'
import type { NewBudget } from '@/lib/protocol/requests/budgets'

export const scopeNames: Record<BudgetScope, string> = {
  generation: 'Each reply',
  conversation: 'Each conversation',
  batch: 'Each batch',
  day: 'Each day',
  month: 'Each month',
}
const scopes: BudgetScope[] = ['generation', 'conversation', 'batch', 'day', 'month']
/** The scopes the form offers. Nothing is sent in batches yet, so a limit on them would have no effect. */
export const editableScopes = scopes.filter((scope) => scope !== 'batch')

/** The values of the form. */
export interface BudgetDraft {
  scope: BudgetScope
  measure: Budget['measure']
  amount: string
  currency: string
}

/** The currencies a budget can be in: those with a known exchange rate. */
export function budgetCurrencies(userCurrency: string): string[] {
  return [...new Set([userCurrency, 'USD'])]
}

/** The initial values of the form. An amount in a currency without an exchange rate is dropped. */
export function toBudgetDraft(budget: Budget | null, userCurrency: string): BudgetDraft {
  const { scope = 'day', measure = 'cost', amount = '', currency = null } = budget ?? {}
  const convertible = measure === 'tokens' || budgetCurrencies(userCurrency).includes(currency ?? userCurrency)
  return {
    scope,
    measure,
    amount: convertible ? amount : '',
    currency: convertible ? (currency ?? userCurrency) : userCurrency,
  }
}

/** The budget that a draft stands for. Its amount must be valid. */
export function toBudget({ scope, measure, amount: typed, currency }: BudgetDraft): NewBudget {
  const amount = typed.trim()
  return measure === 'tokens' ? { scope, measure, amount, currency: null } : { scope, measure, amount, currency }
}

/** The message for an invalid draft; null if it is valid. A person has one budget per scope and measure. */
export function validateBudget(draft: BudgetDraft, others: Budget[]): string | null {
  const invalidAmount = validateAmount(draft)
  if (invalidAmount !== null) return invalidAmount
  return others.some((each) => isSameKind(each, draft)) ? 'You already have a limit like this. Edit it instead.' : null
}

export function validateAmount({ measure, amount }: BudgetDraft): string | null {
  const text = amount.trim()
  if (text === '') return 'Enter an amount.'
  if (measure === 'tokens' && !isAmount(text, 15, 0)) return 'Enter a whole number, e.g. 200000.'
  if (measure === 'cost' && !isAmount(text, 6, 12)) return 'Enter a number under a million, e.g. 50 or 0.25.'
  return /[1-9]/.test(text) ? null : 'Enter more than 0. With a limit of 0, nothing could be sent.'
}

export function isSameKind(one: Pick<Budget, 'scope' | 'measure'>, other: Pick<Budget, 'scope' | 'measure'>): boolean {
  return one.scope === other.scope && one.measure === other.measure
}

export function byScope(one: Budget, other: Budget): number {
  return scopes.indexOf(one.scope) - scopes.indexOf(other.scope) || one.measure.localeCompare(other.measure)
}

/** The server's message without the field that it starts with (`amount: is …`). */
export function problemMessage({ message }: Problem): string {
  const text = message.replace(/^\w+: /, '')
  return /^[A-Z]/.test(text) ? text : `The amount ${text}.`
}

/** Whether a change was refused because the budget was changed, added, or removed elsewhere. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 409 || error.status === 404)
}

/** `current` is the formatted amount that the budget has now; null if the budget was removed. */
export function conflictMessage(current: string | null): string {
  return current === null
    ? 'Not saved: this budget was removed in another tab or on another device. Save again to add it with your amount, or cancel to leave it out.'
    : `Not saved: this budget was changed in another tab or on another device, and is now ${current}. Save again to use your amount instead, or cancel to keep it.`
}
