import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { config } from '@/lib/config'
import { ownPrices } from '@/lib/database/prices'
import type { ProviderRow } from '@/lib/database/schema'
import { settingsOf } from '@/lib/database/settings'
import { oncePerProcess } from '@/lib/process'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import type { Problem } from '@/lib/protocol/events'
import type { Price } from '@/lib/protocol/prices'
import { Refused } from '@/lib/refused'
import type { Connection } from '@/lib/upstream/connection'
import { listModels } from '@/lib/upstream/models'
import { priceOf } from '@/lib/usage/prices'
import { demoConnection, environmentConnection, ownConnection } from './connections'
import { localServers } from './local'
import { providerRows } from './own'

const FRESH_MS = 60_000
/** A server that failed is asked again soon, but not by every page. */
const FAILURE_FRESH_MS = 3_000
const LIST_MS = 10_000

type Listed = { models: string[] } | { problem: Problem }
interface Kept {
  freshUntil: number
  answer: Promise<Listed>
}

/**
 * Every provider this person can use, with its models. Lists are kept for a minute. With `waitMs`, a provider that has
 * not answered by then is shown without models for now, so that a page never waits for a slow server.
 */
export async function modelList(ownerId: string, waitMs = LIST_MS): Promise<ModelList> {
  const [prices, environment, own, local] = await Promise.all([
    ownPrices(ownerId),
    environmentConnection(),
    providerRows(ownerId),
    within(waitMs, localServers(), []),
  ])
  const groups = await Promise.all([
    ...(environment ? [groupOf(environment, 'environment', '', prices, waitMs)] : []),
    ...own.map((row) => ownGroup(row, prices, waitMs)),
    ...local.map(
      async (server): Promise<ModelGroup> => ({
        providerId: server.id,
        name: server.name,
        kind: 'local',
        models: server.models.map((name) => ({
          id: `${server.id}:${name}`,
          name,
          ...knownOf(priceOf({ baseUrl: server.baseUrl, model: name, free: true }, prices)),
        })),
        problem: null,
      }),
    ),
    groupOf(demoConnection(), 'demo', 'demo:', prices, waitMs),
  ])
  return {
    groups,
    defaultModel: await firstChoice(ownerId, groups),
    demoOnly: groups.every((group) => group.kind === 'demo'),
  }
}

/** The model of a turn that names none. */
export async function defaultModel(ownerId: string): Promise<string> {
  return (await chosenModel(ownerId)) ?? (await modelList(ownerId)).defaultModel
}

/** The person's choice, else the operator's, else the first that anybody offers. The demo model comes last. */
async function firstChoice(ownerId: string, groups: ModelGroup[]): Promise<string> {
  return (await chosenModel(ownerId)) ?? groups.flatMap((group) => group.models)[0]?.id ?? 'demo:rill-demo'
}

async function chosenModel(ownerId: string): Promise<string | null> {
  return (await settingsOf(ownerId)).defaultModel ?? config().defaultModel
}

/** A provider whose key cannot be read says so, and leaves the others their models. */
async function ownGroup(row: ProviderRow, prices: Price[], waitMs: number): Promise<ModelGroup> {
  try {
    return await groupOf(await ownConnection(row), 'own', `${row.id}:`, prices, waitMs)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { providerId: row.id, name: row.name, kind: 'own', models: [], problem: error.problem }
  }
}

async function groupOf(
  connection: Connection,
  kind: ModelGroup['kind'],
  prefix: string,
  prices: Price[],
  waitMs: number,
): Promise<ModelGroup> {
  const listed = await within(waitMs, listedModels(connection), { models: [] })
  const models = 'models' in listed ? listed.models : []
  // The operator's choice is offered even where the server does not list it, or lists nothing.
  const chosen = kind === 'environment' ? config().defaultModel : null
  const names = chosen && !models.includes(chosen) ? [chosen, ...models] : models
  return {
    providerId: connection.providerId,
    name: connection.name,
    kind,
    models: names.map((name) => ({
      id: prefix + name,
      name,
      ...knownOf(priceOf({ baseUrl: connection.baseUrl, model: name, free: kind === 'demo' }, prices)),
    })),
    problem: 'problem' in listed ? listed.problem : null,
  }
}

/** What the page is told of what is known of a model. */
function knownOf(price: Price | null) {
  if (!price) return {}
  const { currency, input, output, contextWindow } = price
  return { price: { currency, input, output }, contextWindow: contextWindow ?? undefined }
}

function listedModels(connection: Connection): Promise<Listed> {
  const kept = oncePerProcess('model lists', () => new Map<string, Kept>())
  const now = Date.now()
  for (const [key, { freshUntil }] of kept) if (freshUntil < now) kept.delete(key)
  const key = JSON.stringify([connection.providerId, connection.baseUrl, connection.apiKey, connection.headers])
  const before = kept.get(key)
  if (before) return before.answer
  const entry: Kept = { freshUntil: now + FRESH_MS, answer: listModels(connection, AbortSignal.timeout(LIST_MS)) }
  entry.answer.then((listed) => {
    if ('problem' in listed) entry.freshUntil = Date.now() + FAILURE_FRESH_MS
  })
  kept.set(key, entry)
  return entry.answer
}

async function within<T>(ms: number, answer: Promise<T>, meanwhile: T): Promise<T> {
  const clock = new AbortController()
  const late = wait(ms, meanwhile, { signal: clock.signal, ref: false })
  late.catch(() => undefined)
  const first = await Promise.race([answer, late])
  clock.abort()
  return first
}
