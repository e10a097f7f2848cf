import { z } from 'zod'
import { database } from '@/lib/database/client'
import { settingsOf } from '@/lib/database/settings'
import { conversationUsage } from '@/lib/database/usage'
import { readQuery } from '@/lib/http/body'
import { endpoint, json } from '@/lib/http/endpoint'
import { CONVERSATIONS_A_PAGE, rateOf, usageFilter, usageQuery } from '@/lib/http/usage-query'

const query = z.strictObject({ ...usageQuery, offset: z.coerce.number().int().min(0).max(1_000_000).default(0) })

/** More of the conversations that `GET /api/usage` begins to list. */
export const GET = endpoint(
  async (request, { principal }) => {
    const settings = await settingsOf(principal.ownerId)
    const { offset, ...given } = readQuery(request, query)
    const order = { offset, limit: CONVERSATIONS_A_PAGE, rate: rateOf(settings) }
    return json(await conversationUsage(database(), usageFilter(principal.ownerId, given, settings), order))
  },
  { limit: 'costly' },
)
