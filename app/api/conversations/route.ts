import { z } from 'zod'
import { createConversation, listConversations } from '@/lib/database/conversations'
import { readJson, readQuery } from '@/lib/http/body'
import { endpoint, json } from '@/lib/http/endpoint'
import { key, name } from '@/lib/http/fields'

const page = z.strictObject({
  cursor: key.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
})
const fresh = z.strictObject({ title: name.optional(), model: name.optional() })

/** A page of conversations, newest first. */
export const GET = endpoint(async (request, { principal }) =>
  json(await listConversations(principal.ownerId, readQuery(request, page))),
)

/** Makes an empty conversation. */
export const POST = endpoint(async (request, { principal }) =>
  json(await createConversation(principal.ownerId, await readJson(request, fresh)), { status: 201 }),
)
