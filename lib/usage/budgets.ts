import 'server-only'
import { termsOf } from '@/lib/database/budgets'
import { spendingIn } from '@/lib/database/spending'
import { type Budget, type BudgetState, WARN_AT } from '@/lib/protocol/budgets'
import { badRequest } from '@/lib/refused'
import { scopesOf } from './account'
import { amountIn, type Cap, capsOf, inMeasure, isNear, mostOf } from './caps'

/** A person's budgets and how they stand now; that of a conversation for the one that is named. */
export async function budgetStates(ownerId: string, conversationId?: string): Promise<BudgetState[]> {
  const { settings, budgets } = await termsOf(ownerId, '')
  const rate = { currency: settings.currency, perDollar: settings.exchangeRate }
  const scopes = scopesOf(settings.timeZone, conversationId ?? null, Date.now())
  const spending = await spendingIn(ownerId, scopes)
  return budgets.map((budget) => {
    const cap: Cap = capsOf({ budgets: [budget], rate }, scopes)[0] ?? {
      budget,
      scope: null,
      most: mostOf(budget, rate),
    }
    const standing = spending.get(cap.scope ?? '')
    const [spent, reserved] = [standing?.spent, standing?.reserved].map((each) => (each ? inMeasure(each, cap) : 0n))
    return {
      ...budget,
      warnAt: WARN_AT,
      spent: amountIn(budget, spent ?? 0n, rate),
      reserved: amountIn(budget, reserved ?? 0n, rate),
      near: cap.scope !== null && cap.most !== null && isNear((spent ?? 0n) + (reserved ?? 0n), cap.most),
    }
  })
}

/**
 * Budgets that stay as they are may be in a currency that was the person's once: each of them can be mended by itself.
 * @throws {Refused} 400 for another one in a currency whose rate nobody has told.
 */
export async function checkCurrencies(ownerId: string, budgets: Budget[]): Promise<void> {
  const { settings, budgets: kept } = await termsOf(ownerId, '')
  const { currency } = settings
  const index = budgets.findIndex(
    (budget) =>
      budget.measure === 'cost' &&
      !['USD', currency].includes(budget.currency ?? '') &&
      !kept.some((each) => isEqual(each, budget)),
  )
  if (index < 0) return
  const field = `budgets.${index}.currency`
  throw badRequest(
    field,
    `${field}: Rill knows no exchange rate for ${budgets[index]?.currency}. Use ${currency}, or choose it as your currency in the settings first.`,
  )
}

function isEqual(one: Budget, other: Budget): boolean {
  const { scope, measure, amount, currency } = other
  return one.scope === scope && one.measure === measure && one.amount === amount && one.currency === currency
}
