import { z } from 'zod'
import {
  conversationSummary,
  deleteConversation,
  restoreConversation,
  updateConversation,
} from '@/lib/database/conversations'
import { ownedConversation } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { name } from '@/lib/http/input/fields'
import { currentMessages } from '@/lib/runs/current-messages'
import { stopConversation } from '@/lib/runs/follow'

const change = z.strictObject({ title: name.optional(), model: name.optional(), deleted: z.literal(false).optional() })

const part = z.strictObject({ newest: z.coerce.number().int().min(1).max(500).optional() })

/** A conversation with every message of its tree, or with its newest ones alone. */
export const GET = endpoint<{ id: string }>(async (request, { principal, params }) => {
  const { newest } = readQuery(request, part)
  const row = await ownedConversation(params.id, principal.ownerId)
  const [summary, messages] = await Promise.all([conversationSummary(row), currentMessages(row.id, newest)])
  return json({ ...summary, ...messages })
})

/** Renames it, changes its model, or brings it back after a delete. */
export const PATCH = endpoint<{ id: string }>(async (request, { principal, params }) => {
  const { deleted, ...changes } = await readJson(request, change)
  if (deleted === false) await restoreConversation(params.id, principal.ownerId)
  const row = await ownedConversation(params.id, principal.ownerId)
  await updateConversation(row.id, changes)
  return json(await conversationSummary({ ...row, ...changes }))
})

/** Deletes it, and stops what runs in it. It can be brought back for a day. */
export const DELETE = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedConversation(params.id, principal.ownerId)
  await deleteConversation(row.id)
  await stopConversation(row.id)
  return new Response(null, { status: 204 })
})
