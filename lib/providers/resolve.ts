import 'server-only'
import { ownedProvider } from '@/lib/database/ownership'
import { badRequest } from '@/lib/refused'
import type { Connection } from '@/lib/upstream/connection'
import { DEMO, demoConnection, environmentConnection, localConnection, ownConnection } from './connections'
import { defaultModel } from './models'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What a model reference stands for. `reference` is stored and shown; `model` goes to the provider. */
export interface ResolvedModel {
  connection: Connection
  model: string
  reference: string
  /** It is asked for nothing: the demo model, or one on the operator's own machine. */
  free: boolean
}

/**
 * Finds who serves a model. A reference is `provider:model` for the demo model, a local server or a person's own
 * provider; anything else is a model of the operator's upstream and is passed on as it is.
 * @throws {Refused} 400 when nobody serves it, 404 for a provider that is not this owner's.
 */
export async function resolveModel(ownerId: string, reference: string | undefined): Promise<ResolvedModel> {
  const wanted = reference || (await defaultModel(ownerId))
  const colon = wanted.indexOf(':')
  const prefix = wanted.slice(0, Math.max(colon, 0))
  const model = wanted.slice(colon + 1)
  if (prefix === DEMO) return { connection: demoConnection(), model, reference: wanted, free: true }
  const local = await localConnection(prefix)
  if (local) return { connection: local, model, reference: wanted, free: true }
  if (UUID.test(prefix)) {
    const connection = await ownConnection(await ownedProvider(prefix, ownerId))
    return { connection, model, reference: wanted, free: false }
  }
  const environment = await environmentConnection()
  if (!environment) {
    throw badRequest(
      'model',
      `No provider offers the model "${wanted.slice(0, 100)}". Choose another, or add a provider in the settings.`,
    )
  }
  return { connection: environment, model: wanted, reference: wanted, free: false }
}
