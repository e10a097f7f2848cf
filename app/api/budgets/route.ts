import { budgetStates, checkCurrency } from '@/lib/billing/budgets'
import { addBudget } from '@/lib/database/billing/budgets'
import { ownedConversation } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { budgetsQuery, newBudget } from '@/lib/protocol/requests/budgets'

/** The person's budgets and how much of each is used. A conversation's budget is of the given conversation. */
export const GET = endpoint(async (request, { principal }) => {
  const { conversationId } = readQuery(request, budgetsQuery)
  if (conversationId !== undefined) await ownedConversation(conversationId, principal.ownerId)
  return json({ budgets: await budgetStates(principal.ownerId, conversationId) })
})

/** Adds a budget. Responds with all budgets. */
export const POST = endpoint(async (request, { principal }) => {
  const budget = await readJson(request, newBudget)
  await checkCurrency(principal.ownerId, budget)
  await addBudget(principal.ownerId, budget)
  return json({ budgets: await budgetStates(principal.ownerId) }, { status: 201 })
})
