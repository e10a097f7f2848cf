import 'server-only'
import { settingsOf } from '@/lib/database/accounts/settings'
import { storedBudgets } from '@/lib/database/billing/budgets'
import { spendingIn } from '@/lib/database/billing/spending'
import { type Budget, type BudgetState, WARN_AT } from '@/lib/protocol/billing/budgets'
import { badRequest } from '@/lib/refused'
import { scopesOf } from './account'
import { type BudgetLimit, budgetLimitsOf, inMeasure, isNear, maxOf } from './budget-limits'
import { amountIn } from './format-budget'

/** A person's budgets and how they stand now; that of a conversation for the one that is named. */
export async function budgetStates(ownerId: string, conversationId?: string): Promise<BudgetState[]> {
  const [settings, budgets] = await Promise.all([settingsOf(ownerId), storedBudgets(ownerId)])
  const rate = { currency: settings.currency, perDollar: settings.exchangeRate }
  const scopes = scopesOf(settings.timeZone, conversationId ?? null, Date.now())
  const spending = await spendingIn(ownerId, scopes)
  return budgets.map((budget) => {
    const limit: BudgetLimit = budgetLimitsOf({ budgets: [budget], rate }, scopes)[0] ?? {
      budget,
      scope: null,
      most: maxOf(budget, rate),
    }
    const standing = spending.get(limit.scope ?? '')
    const [spent, reserved] = [standing?.spent, standing?.reserved].map((each) => (each ? inMeasure(each, limit) : 0n))
    return {
      ...budget,
      warnAt: WARN_AT,
      spent: amountIn(budget, spent ?? 0n, rate),
      reserved: amountIn(budget, reserved ?? 0n, rate),
      near: limit.scope !== null && limit.most !== null && isNear((spent ?? 0n) + (reserved ?? 0n), limit.most),
    }
  })
}

/** @throws {Refused} 400 for a budget in a currency whose rate nobody has told. */
export async function checkCurrency(ownerId: string, budget: Pick<Budget, 'measure' | 'currency'>): Promise<void> {
  if (budget.measure === 'tokens') return
  const { currency } = await settingsOf(ownerId)
  if (budget.currency === 'USD' || budget.currency === currency) return
  throw badRequest(
    'currency',
    `currency: Rill has no exchange rate for ${budget.currency}. Use ${currency}, or choose ${budget.currency} as your currency in Settings first.`,
  )
}
