import { z } from 'zod'
import { createConversation, listConversations } from '@/lib/database/conversations'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { key, name } from '@/lib/http/input/fields'
import { conversationKind } from '@/lib/protocol/api'

const kind = z.enum(conversationKind.options, 'is not chat or lab').optional()
const query = z.strictObject({
  kind,
  cursor: key.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
})
const creation = z.strictObject({ title: name.optional(), model: name.optional(), kind })

/** A page of conversations, newest first, or of Lab runs with `?kind=lab`. */
export const GET = endpoint(async (request, { principal }) =>
  json(await listConversations(principal.ownerId, readQuery(request, query))),
)

/** Creates an empty conversation. */
export const POST = endpoint(async (request, { principal }) =>
  json(await createConversation(principal.ownerId, await readJson(request, creation)), { status: 201 }),
)
