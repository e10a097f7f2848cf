import { settingsOf } from '@/lib/database/accounts/settings'
import { exportRows } from '@/lib/database/billing/usage'
import { database } from '@/lib/database/client'
import { endpoint } from '@/lib/http/endpoint'
import { readQuery } from '@/lib/http/input/body'
import { usageFilter } from '@/lib/http/input/usage-filter'
import { usageExport } from '@/lib/http/usage-export'
import { usageExportQuery } from '@/lib/protocol/requests/usage'

/** Usage as a file, with a row per day, model and conversation. */
export const GET = endpoint(
  async (request, { principal }) => {
    const { format, ...given } = readQuery(request, usageExportQuery)
    const filter = usageFilter(principal.ownerId, given, await settingsOf(principal.ownerId))
    return usageExport(exportRows(database(), filter), filter, format)
  },
  { limit: 'costly' },
)
