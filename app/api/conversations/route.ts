import { createConversation, listConversations } from '@/lib/database/conversations'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { conversationsQuery, newConversation } from '@/lib/protocol/requests/conversations'

/** A page of conversations, newest first, or of Lab runs with `?kind=lab`. */
export const GET = endpoint(async (request, { principal }) =>
  json(await listConversations(principal.ownerId, readQuery(request, conversationsQuery))),
)

/** Creates an empty conversation. */
export const POST = endpoint(async (request, { principal }) =>
  json(await createConversation(principal.ownerId, await readJson(request, newConversation)), { status: 201 }),
)
