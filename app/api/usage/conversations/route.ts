import { settingsOf } from '@/lib/database/accounts/settings'
import { conversationUsage } from '@/lib/database/billing/usage'
import { database } from '@/lib/database/client'
import { endpoint, json } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { CONVERSATIONS_PER_PAGE, rateOf, usageFilter } from '@/lib/http/input/usage-filter'
import { conversationUsageQuery } from '@/lib/protocol/requests/usage'

/** Further pages of the conversations that `GET /api/usage` lists. */
export const GET = endpoint(
  async (request, { principal }) => {
    const settings = await settingsOf(principal.ownerId)
    const { cursor, ...given } = readQuery(request, conversationUsageQuery)
    const order = { cursor: cursor ?? null, limit: CONVERSATIONS_PER_PAGE, rate: rateOf(settings) }
    return json(await conversationUsage(database(), usageFilter(principal.ownerId, given, settings), order))
  },
  { limit: 'costly' },
)
