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
export const GET = endpoint(async (request, { session }) => {
  const { conversationId } = readQuery(request, of)
  if (conversationId !== undefined) await ownedConversation(conversationId, session.ownerId)
  return json({ budgets: await budgetStates(session.ownerId, conversationId) })
})

/** Sets all of them; answers them as they stand. */
export const PUT = endpoint(async (request, { session }) => {
  const { budgets } = await readJson(request, budgetForm)
  await checkCurrencies(session.ownerId, budgets)
  await saveBudgets(session.ownerId, budgets)
  return json({ budgets: await budgetStates(session.ownerId) })
})
