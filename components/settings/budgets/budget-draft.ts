import { ApiError } from '@/lib/client/transport/api-calls'
import type { Budget, BudgetScope } from '@/lib/protocol/billing/budgets'
import { isAmount } from '@/lib/protocol/billing/money'
import type { Problem } from '@/lib/protocol/events'
import type { NewBudget } from '@/lib/protocol/requests/budgets'

/** What each budget is over, in the order of the settings. */
export const scopeNames: Record<BudgetScope, string> = {
  generation: 'Each reply',
  conversation: 'Each conversation',
  batch: 'Each batch',
  day: 'Each day',
  month: 'Each month',
}
export const scopes: BudgetScope[] = ['generation', 'conversation', 'batch', 'day', 'month']
/** Those that can be set: nothing is sent in batches yet, so a cap on them would hold nothing. */
export const scopesToSet = scopes.filter((scope) => scope !== 'batch')

/** A budget as it stands in the form. */
export interface BudgetDraft {
  scope: BudgetScope
  measure: Budget['measure']
  amount: string
  currency: string
}

/** The currencies that a budget can be in: those whose worth is known. */
export function currenciesOf(own: string): string[] {
  return [...new Set([own, 'USD'])]
}

/** What the form begins with. An amount in a currency that is no longer known means nothing in another. */
export function draftOf(budget: Budget | null, own: string): BudgetDraft {
  const { scope = 'day', measure = 'cost', amount = '', currency = null } = budget ?? {}
  const known = measure === 'tokens' || currenciesOf(own).includes(currency ?? own)
  return { scope, measure, amount: known ? amount : '', currency: known ? (currency ?? own) : own }
}

/** What is wrong with an amount, in words to stand beside its field; null when it can be sent. */
export function amountProblem({ measure, amount }: BudgetDraft): string | null {
  const text = amount.trim()
  if (text === '') return 'Enter an amount.'
  if (measure === 'tokens' && !isAmount(text, 15, 0)) return 'Enter a whole number, e.g. 200000.'
  if (measure === 'cost' && !isAmount(text, 6, 12)) return 'Enter a number under a million, e.g. 50 or 0.25.'
  return /[1-9]/.test(text) ? null : 'Enter more than 0. With a limit of 0, nothing could be sent.'
}

export function isSame(one: Pick<Budget, 'scope' | 'measure'>, other: Pick<Budget, 'scope' | 'measure'>): boolean {
  return one.scope === other.scope && one.measure === other.measure
}

export function budgetOf({ scope, measure, amount: typed, currency }: BudgetDraft): NewBudget {
  const amount = typed.trim()
  return measure === 'tokens' ? { scope, measure, amount, currency: null } : { scope, measure, amount, currency }
}

/** What the server says about a budget ("amount: is …"), without the place. */
export function saidOf({ message }: Problem): string {
  const said = message.replace(/^\w+: /, '')
  return /^[A-Z]/.test(said) ? said : `The amount ${said}.`
}

/** Whether a change was refused since the budget was changed, removed or added elsewhere meanwhile. */
export function isChanged(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 409 || error.status === 404)
}
