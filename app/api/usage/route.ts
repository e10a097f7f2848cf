import { settingsOf } from '@/lib/database/accounts/settings'
import { usageReport } from '@/lib/database/billing/usage'
import { database } from '@/lib/database/client'
import { endpoint, json } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { CONVERSATIONS_PER_PAGE, rateOf, usageFilter } from '@/lib/http/input/usage-filter'
import { usageQuery } from '@/lib/protocol/requests/usage'

/** Usage between two days: in total, and by day, model, provider and conversation. */
export const GET = endpoint(
  async (request, { principal }) => {
    const settings = await settingsOf(principal.ownerId)
    const filter = usageFilter(principal.ownerId, readQuery(request, usageQuery), settings)
    const order = { cursor: null, limit: CONVERSATIONS_PER_PAGE, rate: rateOf(settings) }
    return json(await usageReport(database(), filter, order))
  },
  { limit: 'costly' },
)
