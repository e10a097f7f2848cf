import 'server-only'
import type { Amounts } from '@/lib/database/billing/spending'
import type { Problem } from '@/lib/protocol/events'
import { Refused } from '@/lib/refused'
import type { Account } from './account'
import { type BudgetCheck, type BudgetLimit, mostRestrictive } from './budget-limits'
import { budgetSentence, formatAmount, formatBudget } from './format-budget'

/** Whether a limit can't be checked because the model's price, or the limit's exchange rate, is unknown. */
function needsPrice({ price, rate }: Account, { budget, most }: BudgetLimit): boolean {
  if (budget.measure === 'tokens') return false
  return most === null || price === null || (price.currency !== 'USD' && price.currency !== rate.currency)
}

/** Why a limit can't be checked; null if it can. */
export function uncheckableReason(account: Account, limit: BudgetLimit): string | null {
  return needsPrice(account, limit) ? unpricedMessage(account, limit) : null
}

/** The error for a generation that a limit doesn't allow. */
export function refusalOf(account: Account, check: BudgetCheck): Refused {
  const message = uncheckableReason(account, check.limit) ?? overBudgetMessage(account, check)
  const { lowerMaxTokens } = check
  return new Refused(402, {
    kind: 'budget',
    message,
    ...(lowerMaxTokens === null ? {} : { lowerMaxTokens }),
  })
}

function unpricedMessage({ price, rate }: Account, { budget, most }: BudgetLimit): string {
  const name = budgetSentence(budget)
  if (most === null)
    return `${name}, and Rill has no exchange rate for ${budget.currency}. Set the budget again in Settings, or choose ${budget.currency} as your currency there.`
  if (price === null)
    return `${name}, but this model has no price set. Set its price in Settings (0 if it’s free), or choose another model.`
  return `${name}, but this model is priced in ${price.currency}, and Rill has no exchange rate for it. Set its price in USD or ${rate.currency} in Settings, or choose another model.`
}

function overBudgetMessage({ rate }: Account, { limit, left, fits, lowerMaxTokens }: BudgetCheck): string {
  const name = budgetSentence(limit.budget)
  if (fits)
    return `${name}, and the rest of it was reserved for another reply just then. It fits now, so send your message again.`
  const remains = `${name}, with ${left === 0n ? 'nothing' : formatAmount(limit.budget, left, rate)} left`
  // A cheaper model would need as many tokens, and with nothing left, only a free model fits.
  const model =
    limit.budget.measure === 'tokens' ? null : left === 0n ? 'choose a free model' : 'choose a cheaper model'
  const raise = 'raise the budget in Settings'
  if (lowerMaxTokens === null) {
    const ways = model === null ? 'Raise the budget in Settings' : `Raise the budget in Settings, or ${model}`
    return `${remains}. ${left === 0n ? '' : 'Even a short reply won’t fit. '}${ways}.`
  }
  const tokens = lowerMaxTokens.toLocaleString('en')
  const shorter = `Limit the reply to ${tokens} ${lowerMaxTokens === 1 ? 'token' : 'tokens'}`
  return `${remains}. ${model === null ? `${shorter}, or ${raise}` : `${shorter}, ${raise}, or ${model}`}.`
}

/** The problem that ends a reply once it has used up a budget. `reserved` is its own reservation. */
export async function budgetReachedProblem(
  account: Account,
  limits: BudgetLimit[],
  reserved: Amounts,
): Promise<Problem> {
  const one = { promptTokens: 0, maxTokens: 1 }
  const [first] = limits
  // Name a budget even if the database is unreachable.
  const check = await mostRestrictive(account, limits, one, reserved).catch(() => null)
  const budget = check?.limit.budget ?? first?.budget
  const name = budget ? formatBudget(budget) : ''
  // A cheaper model would need as many tokens.
  const ways = budget?.measure === 'cost' ? ', or continue with a cheaper model' : ' to go on'
  return {
    kind: 'budget',
    message: `Budget reached: ${name}. What arrived so far has been saved. Raise the budget in Settings${ways}.`,
    retryable: false,
  }
}
