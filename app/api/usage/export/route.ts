import { z } from 'zod'
import { database } from '@/lib/database/client'
import { settingsOf } from '@/lib/database/settings'
import { exportRows } from '@/lib/database/usage'
import { readQuery } from '@/lib/http/body'
import { endpoint } from '@/lib/http/endpoint'
import { usageExport } from '@/lib/http/usage-export'
import { usageFilter, usageQuery } from '@/lib/http/usage-query'

const query = z.strictObject({ ...usageQuery, format: z.enum(['csv', 'json']) })

/** Usage as a file: a row for each day, model and conversation. */
export const GET = endpoint(
  async (request, { principal }) => {
    const { format, ...given } = readQuery(request, query)
    const filter = usageFilter(principal.ownerId, given, await settingsOf(principal.ownerId))
    return usageExport(exportRows(database(), filter), filter, format)
  },
  { limit: 'costly' },
)
