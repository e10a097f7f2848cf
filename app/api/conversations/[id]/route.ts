import {
  conversationSummary,
  deleteConversation,
  restoreConversation,
  updateConversation,
} from '@/lib/database/conversations'
import { ownedConversation } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { conversationChange, conversationQuery } from '@/lib/protocol/requests/conversations'
import { currentMessages } from '@/lib/runs/current-messages'
import { stopConversation } from '@/lib/runs/follow'

/** A conversation with all messages of its tree, or only the newest ones. */
export const GET = endpoint<{ id: string }>(async (request, { principal, params }) => {
  const { newest } = readQuery(request, conversationQuery)
  const row = await ownedConversation(params.id, principal.ownerId)
  const [summary, messages] = await Promise.all([conversationSummary(row), currentMessages(row.id, newest)])
  return json({ ...summary, ...messages })
})

/** Renames a conversation, changes its model, or restores it after a delete. */
export const PATCH = endpoint<{ id: string }>(async (request, { principal, params }) => {
  const { deleted, ...changes } = await readJson(request, conversationChange)
  if (deleted === false) await restoreConversation(params.id, principal.ownerId)
  const row = await ownedConversation(params.id, principal.ownerId)
  await updateConversation(row.id, changes)
  return json(await conversationSummary({ ...row, ...changes }))
})

/** Deletes a conversation and stops its running replies. It can be restored for a day. */
export const DELETE = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedConversation(params.id, principal.ownerId)
  await deleteConversation(row.id)
  await stopConversation(row.id)
  return new Response(null, { status: 204 })
})
