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

/** Asked for at every start. What another instance learns meanwhile costs this one a try more at most. */
const KEPT_MS = 60_000
/** Of a provider, the newest so many are read. */
const MODELS_AT_MOST = 200

/** What was learnt of a provider's models in the last week. Of a model that is not among them, all is tried. */
export async function capabilitiesOf(providerId: string): Promise<Capabilities> {
  const before = known().get(providerId)
  if (before && before.until > Date.now()) return before.capabilities
  const stored = await storedCapabilities(providerId)
  const now = known().get(providerId)
  // What was learnt while the database was asked is newer than its answer.
  return now === before ? keep(providerId, stored) : (now?.capabilities ?? stored)
}

async function storedCapabilities(providerId: string): Promise<Capabilities> {
  const rows = await database()
    .selectFrom('modelCapabilities')
    .select(['model', 'adaptation', 'learnedAt'])
    .where('providerId', '=', providerId)
    .where('learnedAt', '>', Date.now() - CAPABILITIES_TTL_MS)
    .orderBy('learnedAt', 'desc')
    .limit(MODELS_AT_MOST)
    .execute()
  return new Map(
    rows.flatMap(({ model, adaptation, learnedAt }) => {
      const read = adaptationJson.safeParse(JSON.parse(adaptation))
      return read.success ? [[model, { ...read.data, learnedAt }] as const] : []
    }),
  )
}

function known() {
  return processSingleton('capabilities', () => new Map<string, { capabilities: Capabilities; until: number }>())
}

function keep(providerId: string, capabilities: Capabilities): Capabilities {
  known().set(providerId, { capabilities, until: Date.now() + KEPT_MS })
  return capabilities
}

/** Remembers how a model is asked, and gives all that is known. A failure to save costs one more try. */
export function rememberAdaptation(providerId: string, model: string, adaptation: Adaptation): Capabilities {
  const learnedAt = Date.now()
  const { without, lengthName, stream, systemRole } = adaptation
  const before = known().get(providerId)?.capabilities ?? []
  const learnt = { without, lengthName, stream, systemRole }
  const values = { adaptation: JSON.stringify(learnt), learnedAt }
  saveAdaptation(providerId, model, values).catch((error: unknown) =>
    log().warn({ providerId, error }, 'couldn’t save how a model takes requests'),
  )
  return keep(providerId, new Map([...before, [model, { ...learnt, learnedAt }]]))
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

/** Forgets what was learnt of a provider, when it is edited or removed. */
export async function forgetCapabilities(providerId: string): Promise<void> {
  await database().deleteFrom('modelCapabilities').where('providerId', '=', providerId).execute()
  known().delete(providerId)
}
