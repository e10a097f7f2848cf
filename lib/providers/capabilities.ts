import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import { log } from '@/lib/log'
import { oncePerProcess } from '@/lib/process'
import { type Capabilities, untried } from '@/lib/upstream/connection'

const capabilitiesJson = z.object({
  streamUsage: z.boolean().default(untried.streamUsage),
  completionTokensFor: z.array(z.string()).default(untried.completionTokensFor),
})

/** Asked for at every start. What another instance learns meanwhile costs this one a try more at most. */
const KEPT_MS = 60_000

/** What a provider was seen to do; everything, until it refuses. */
export async function capabilitiesOf(providerId: string): Promise<Capabilities> {
  const before = known().get(providerId)
  if (before && before.until > Date.now()) return before.capabilities
  const row = await database()
    .selectFrom('capabilities')
    .select('capabilities')
    .where('providerId', '=', providerId)
    .executeTakeFirst()
  const stored = capabilitiesJson.parse(row ? JSON.parse(row.capabilities) : {})
  const now = known().get(providerId)
  // What was learnt while the database was asked is newer than its answer.
  return now === before ? keep(providerId, stored) : (now?.capabilities ?? stored)
}

function known() {
  return oncePerProcess('capabilities', () => new Map<string, { capabilities: Capabilities; until: number }>())
}

function keep(providerId: string, capabilities: Capabilities): Capabilities {
  known().set(providerId, { capabilities, until: Date.now() + KEPT_MS })
  return capabilities
}

/** Remembers what a provider lacks, so that it is not tried at every start. A failure to save costs one more try. */
export function rememberCapabilities(providerId: string, capabilities: Capabilities): void {
  const json = JSON.stringify(keep(providerId, capabilities))
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
  known().delete(providerId)
}
