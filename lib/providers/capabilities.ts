import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import { log } from '@/lib/log'
import type { Capabilities } from '@/lib/upstream/connection'

const capabilitiesJson = z.object({ streamUsage: z.boolean().default(true) })

/** What a provider was seen to do; everything, until it refuses. */
export async function capabilitiesOf(providerId: string): Promise<Capabilities> {
  const row = await database()
    .selectFrom('capabilities')
    .select('capabilities')
    .where('providerId', '=', providerId)
    .executeTakeFirst()
  return capabilitiesJson.parse(row ? JSON.parse(row.capabilities) : {})
}

/** Remembers what a provider lacks, so that it is not tried at every start. A failure to save costs one more try. */
export function rememberCapabilities(providerId: string, capabilities: Capabilities): void {
  const json = JSON.stringify(capabilities)
  database()
    .insertInto('capabilities')
    .values({ providerId, capabilities: json })
    .onConflict((conflict) => conflict.column('providerId').doUpdateSet({ capabilities: json }))
    .execute()
    .catch((error: unknown) => log().warn({ providerId, error }, 'what a provider can do could not be saved'))
}

/** Forgets what was learnt, when a provider's address changes. */
export async function forgetCapabilities(providerId: string): Promise<void> {
  await database().deleteFrom('capabilities').where('providerId', '=', providerId).execute()
}
