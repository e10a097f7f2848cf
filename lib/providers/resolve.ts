import 'server-only'
import { config } from '@/lib/config'
import { hasUsed } from '@/lib/database/generations/starts'
import { ownedProvider } from '@/lib/database/ownership'
import { badRequest } from '@/lib/refused'
import type { Connection } from '@/lib/upstream/connection'
import { DEMO, demoConnection, environmentConnection, localConnection, ownConnection } from './connections'
import { localServers } from './local'
import { defaultModel, environmentLists } from './models'

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
  const environment = await environmentConnection()
  if (environment && prefix === environment.providerId)
    return { connection: environment, model, reference: wanted, free: false }
  const inside = prefix === DEMO ? demoConnection() : await localConnection(prefix)
  if (inside && !(environment && (await isOperators(ownerId, wanted))))
    return { connection: inside, model, reference: wanted, free: true }
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
 * Whether a name that reads like one of Rill's own, such as `ollama:llama3`, is that of a model at the operator's
 * upstream. It is when no such server runs here, unless this person has talked to that one: what was meant for this
 * machine never leaves it because a server is down.
 */
async function isOperators(ownerId: string, wanted: string): Promise<boolean> {
  if (config().defaultModel === wanted) return true
  const [prefix = '', ...rest] = wanted.split(':')
  const name = rest.join(':')
  if (prefix === DEMO) return !name.startsWith('rill-demo') && (await environmentLists(wanted))
  const running = (await localServers()).find(({ id }) => id === prefix)
  if (!running) return !(await hasUsed(ownerId, prefix, wanted))
  return !running.models.some((model) => model.name === name) && (await environmentLists(wanted))
}
