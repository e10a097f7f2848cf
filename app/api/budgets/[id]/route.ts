import { budgetStates, checkCurrency } from '@/lib/billing/budgets'
import { changeBudget, removeBudget } from '@/lib/database/billing/budgets'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { budgetChange, budgetRemoval } from '@/lib/protocol/requests/budgets'

/** Changes the amount of a budget, unless it has changed since the person saw it. Responds with all budgets. */
export const PATCH = endpoint<{ id: string }>(async (request, { principal: { ownerId }, params: { id } }) => {
  const { version, ...change } = await readJson(request, budgetChange)
  await checkCurrency(ownerId, change)
  await changeBudget({ ownerId, id, version }, change)
  return json({ budgets: await budgetStates(ownerId) })
})

/** Removes a budget, unless it has changed since the person saw it. Responds with the others. */
export const DELETE = endpoint<{ id: string }>(async (request, { principal: { ownerId }, params: { id } }) => {
  const { version } = readQuery(request, budgetRemoval)
  await removeBudget({ ownerId, id, version })
  return json({ budgets: await budgetStates(ownerId) })
})
