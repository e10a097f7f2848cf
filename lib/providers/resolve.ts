import 'server-only'
import { config } from '@/lib/config'
import { hasUsed } from '@/lib/database/generations/starts'
import { ownedProvider } from '@/lib/database/ownership'
import { badRequest } from '@/lib/refused'
import type { Connection } from '@/lib/upstream/connection'
import { DEMO, demoConnection, environmentConnection, localConnection, ownConnection } from './connections'
import { localServers } from './local'
import { defaultModel, environmentOffers } from './models'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A resolved model reference. `reference` is stored and shown; `model` goes to the provider. */
export interface ResolvedModel {
  connection: Connection
  model: string
  reference: string
  /** It costs nothing: the demo model, or one on the operator's machine. */
  free: boolean
}

/**
 * Finds the provider of a model. A reference is `provider:model` for the demo model, a local server or a person's own
 * provider; anything else names a model of the operator's upstream.
 * @throws {Refused} 400 when no provider serves it, 404 for another owner's provider.
 */
export async function resolveModel(ownerId: string, reference: string | undefined): Promise<ResolvedModel> {
  const wanted = reference || (await defaultModel(ownerId))
  const colon = wanted.indexOf(':')
  const prefix = wanted.slice(0, Math.max(colon, 0))
  const model = wanted.slice(colon + 1)
  const environment = await environmentConnection()
  if (environment && prefix === environment.providerId)
    return { connection: environment, model, reference: wanted, free: false }
  const builtIn = prefix === DEMO ? demoConnection() : await localConnection(prefix)
  if (builtIn && !(environment && (await isOperatorModel(ownerId, wanted))))
    return { connection: builtIn, model, reference: wanted, free: true }
  if (UUID.test(prefix)) {
    const connection = await ownConnection(await ownedProvider(prefix, ownerId))
    return { connection, model, reference: wanted, free: false }
  }
  if (!environment) {
    throw badRequest(
      'model',
      `No provider offers the model “${wanted.slice(0, 100)}”. Choose another, or add a provider in Settings.`,
    )
  }
  return { connection: environment, model: wanted, reference: wanted, free: false }
}

/**
 * Whether a reference that looks like a built-in one, such as `ollama:llama3`, names a model of the operator's upstream.
 * It does when no such server runs here, unless this person has used that server: a prompt meant for this machine must
 * not leave it because the server is down.
 */
async function isOperatorModel(ownerId: string, wanted: string): Promise<boolean> {
  if (config().defaultModel === wanted) return true
  const [prefix = '', ...rest] = wanted.split(':')
  const name = rest.join(':')
  if (prefix === DEMO) return !name.startsWith('rill-demo') && (await environmentOffers(wanted))
  const running = (await localServers()).find(({ id }) => id === prefix)
  if (!running) return !(await hasUsed(ownerId, prefix, wanted))
  return !running.models.some((model) => model.name === name) && (await environmentOffers(wanted))
}
