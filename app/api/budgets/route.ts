import { z } from 'zod'
import { saveBudgets } from '@/lib/database/budgets'
import { ownedConversation } from '@/lib/database/ownership'
import { readJson, readQuery } from '@/lib/http/body'
import { budgetForm } from '@/lib/http/budget-form'
import { endpoint, json } from '@/lib/http/endpoint'
import { rowId } from '@/lib/http/fields'
import { budgetStates, checkCurrencies } from '@/lib/usage/budgets'

const of = z.strictObject({ conversationId: rowId.optional() })

/** The person's budgets and how they stand; that of a conversation for the one that is asked for. */
export const GET = endpoint(async (request, { principal }) => {
  const { conversationId } = readQuery(request, of)
  if (conversationId !== undefined) await ownedConversation(conversationId, principal.ownerId)
  return json({ budgets: await budgetStates(principal.ownerId, conversationId) })
})

/** Sets all of them; answers them as they stand. */
export const PUT = endpoint(async (request, { principal }) => {
  const { budgets } = await readJson(request, budgetForm)
  await checkCurrencies(principal.ownerId, budgets)
  await saveBudgets(principal.ownerId, budgets)
  return json({ budgets: await budgetStates(principal.ownerId) })
})
