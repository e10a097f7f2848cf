import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { CAPABILITIES_TTL_MS } from '@/lib/upstream/adaptation'
import type { Adaptation, Capabilities } from '@/lib/upstream/connection'

const adaptationJson = z.object({
  without: z.array(z.string()),
  lengthName: z.enum(['max_tokens', 'max_completion_tokens']),
  stream: z.boolean().nullable(),
  systemRole: z.boolean(),
})

/** Read at every start, so cached. What another instance learns meanwhile costs one more attempt at most. */
const CACHE_MS = 60_000
/** The newest are read. */
const MAX_MODELS = 200

/** What has been learned about a provider's models in the last week. Other models get the default request. */
export async function capabilitiesOf(providerId: string): Promise<Capabilities> {
  const before = cache().get(providerId)
  if (before && before.until > Date.now()) return before.capabilities
  const stored = await storedCapabilities(providerId)
  const now = cache().get(providerId)
  // What was learned during the query is newer than its result.
  return now === before ? cacheCapabilities(providerId, stored) : (now?.capabilities ?? stored)
}

async function storedCapabilities(providerId: string): Promise<Capabilities> {
  const rows = await database()
    .selectFrom('modelCapabilities')
    .select(['model', 'adaptation', 'learnedAt'])
    .where('providerId', '=', providerId)
    .where('learnedAt', '>', Date.now() - CAPABILITIES_TTL_MS)
    .orderBy('learnedAt', 'desc')
    .limit(MAX_MODELS)
    .execute()
  return new Map(
    rows.flatMap(({ model, adaptation, learnedAt }) => {
      const read = adaptationJson.safeParse(JSON.parse(adaptation))
      return read.success ? [[model, { ...read.data, learnedAt }] as const] : []
    }),
  )
}

function cache() {
  return processSingleton('capabilities', () => new Map<string, { capabilities: Capabilities; until: number }>())
}

function cacheCapabilities(providerId: string, capabilities: Capabilities): Capabilities {
  cache().set(providerId, { capabilities, until: Date.now() + CACHE_MS })
  return capabilities
}

/** Stores a model's form of requests and returns the provider's capabilities. A failed save costs one more attempt. */
export function rememberAdaptation(providerId: string, model: string, adaptation: Adaptation): Capabilities {
  const learnedAt = Date.now()
  const { without, lengthName, stream, systemRole } = adaptation
  const before = cache().get(providerId)?.capabilities ?? []
  const learned = { without, lengthName, stream, systemRole }
  const values = { adaptation: JSON.stringify(learned), learnedAt }
  saveAdaptation(providerId, model, values).catch((error: unknown) =>
    log().warn({ providerId, error }, 'couldn’t save how a model takes requests'),
  )
  return cacheCapabilities(providerId, new Map([...before, [model, { ...learned, learnedAt }]]))
}

async function saveAdaptation(providerId: string, model: string, values: { adaptation: string; learnedAt: number }) {
  await database()
    .insertInto('modelCapabilities')
    .values({ providerId, model, ...values })
    .onConflict((conflict) => conflict.columns(['providerId', 'model']).doUpdateSet(values))
    .execute()
  await database()
    .deleteFrom('modelCapabilities')
    .where('providerId', '=', providerId)
    .where('learnedAt', '<=', values.learnedAt - CAPABILITIES_TTL_MS)
    .execute()
}

/** Deletes what has been learned about a provider, when it is edited or removed. */
export async function forgetCapabilities(providerId: string): Promise<void> {
  await database().deleteFrom('modelCapabilities').where('providerId', '=', providerId).execute()
  cache().delete(providerId)
}
