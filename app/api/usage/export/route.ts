import { z } from 'zod'
import { settingsOf } from '@/lib/database/accounts/settings'
import { exportRows } from '@/lib/database/billing/usage'
import { database } from '@/lib/database/client'
import { endpoint } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { usageFilter, usageQuery } from '@/lib/http/input/usage-query'
import { usageExport } from '@/lib/http/usage-export'

const query = z.strictObject({ ...usageQuery, format: z.enum(['csv', 'json']) })

/** Usage as a file, with a row per day, model and conversation. */
export const GET = endpoint(
  async (request, { principal }) => {
    const { format, ...given } = readQuery(request, query)
    const filter = usageFilter(principal.ownerId, given, await settingsOf(principal.ownerId))
    return usageExport(exportRows(database(), filter), filter, format)
  },
  { limit: 'costly' },
)
