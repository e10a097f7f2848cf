import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { priceOf } from '@/lib/billing/prices'
import { config } from '@/lib/config'
import { ownPrices } from '@/lib/database/billing/prices'
import type { ProviderRow } from '@/lib/database/schema'
import { processSingleton } from '@/lib/process'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import type { Price } from '@/lib/protocol/billing/prices'
import { canChat } from '@/lib/protocol/chat-models'
import type { Problem } from '@/lib/protocol/events'
import { Refused } from '@/lib/refused'
import type { Connection } from '@/lib/upstream/connection'
import { listModels, type ModelNames } from '@/lib/upstream/models'
import { demoConnection, environmentConnection, ownConnection } from './connections'
import { chooseDefaultModel } from './default-model'
import { localServers } from './local'
import { providerRows } from './own'

const CACHE_MS = 60_000
/** A failed list is retried soon, but not by every page. */
const FAILURE_CACHE_MS = 3_000
const LIST_TIMEOUT_MS = 10_000
/** Shared equally among the providers; short lists are never cut. */
const MAX_MODELS = 20_000
/** Sent with a page. The picker requests the rest. */
const MAX_MODELS_OF_PAGE = 1000

type Listed = ModelNames | { problem: Problem }
interface CachedList {
  expiresAt: number
  listed: Promise<Listed>
}

/** A provider and its list. `prefix` and a model's name make a model reference. */
interface Source {
  kind: ModelGroup['kind']
  prefix: string
  connection: Pick<Connection, 'providerId' | 'name' | 'baseUrl'>
  listed: Listed
}

/** Every provider that this person can use, with its models. Lists are cached for a minute. */
export async function fullModelList(ownerId: string): Promise<ModelList> {
  return await listOf(ownerId, LIST_TIMEOUT_MS, MAX_MODELS)
}

/**
 * The list for a page, which must not wait for slow servers: a provider that takes longer than `waitMs` has no models
 * for now, and long lists are cut.
 */
export async function modelListForPage(ownerId: string, waitMs: number): Promise<ModelList> {
  return await listOf(ownerId, waitMs, MAX_MODELS_OF_PAGE)
}

/** The model of a turn that doesn't name one. */
export async function defaultModel(ownerId: string): Promise<string> {
  return await chooseDefaultModel(ownerId, groupsOf(await sources(ownerId, LIST_TIMEOUT_MS), [], MAX_MODELS))
}

/** Whether the operator's upstream lists a model of this name. */
export async function environmentOffers(model: string): Promise<boolean> {
  const environment = await environmentConnection()
  const listed = environment && (await withTimeout(LIST_TIMEOUT_MS, listedModels(environment), { models: [], more: 0 }))
  return listed !== null && 'models' in listed && listed.models.some(({ name }) => name === model)
}

async function listOf(ownerId: string, waitMs: number, limit: number): Promise<ModelList> {
  const [prices, found] = await Promise.all([ownPrices(ownerId), sources(ownerId, waitMs)])
  const groups = groupsOf(found, prices, limit)
  return {
    groups,
    defaultModel: await chooseDefaultModel(ownerId, groups),
    demoOnly: groups.every((group) => group.kind === 'demo'),
  }
}

async function sources(ownerId: string, waitMs: number): Promise<Source[]> {
  const [environment, own, local] = await Promise.all([
    environmentConnection(),
    providerRows(ownerId),
    withTimeout(waitMs, localServers(), []),
  ])
  return await Promise.all([
    ...(environment ? [sourceOf(environment, 'environment', '', waitMs)] : []),
    ...own.map((row) => ownSource(row, waitMs)),
    ...local.map(
      (server): Source => ({
        kind: 'local',
        prefix: `${server.id}:`,
        connection: { providerId: server.id, name: server.name, baseUrl: server.baseUrl },
        listed: server,
      }),
    ),
    sourceOf(demoConnection(), 'demo', 'demo:', waitMs),
  ])
}

async function sourceOf(
  connection: Connection,
  kind: ModelGroup['kind'],
  prefix: string,
  waitMs: number,
): Promise<Source> {
  const listed = await withTimeout(waitMs, listedModels(connection), { models: [], more: 0 })
  return { kind, prefix, connection, listed }
}

/** A person's provider. An unreadable key becomes its problem and doesn't affect the others. */
async function ownSource(row: ProviderRow, waitMs: number): Promise<Source> {
  const prefix = `${row.id}:`
  try {
    return await sourceOf(await ownConnection(row), 'own', prefix, waitMs)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { id: providerId, name, baseUrl } = row
    return { kind: 'own', prefix, connection: { providerId, name, baseUrl }, listed: { problem: error.problem } }
  }
}

function groupsOf(found: Source[], prices: Price[], limit: number): ModelGroup[] {
  const each = Math.max(20, Math.floor(limit / found.length))
  const groups = found.map((source) => groupOf(source, prices, each))
  const local = new Set(groups.flatMap(({ kind, models }) => (kind === 'local' ? models.map(({ id }) => id) : [])))
  for (const { kind, providerId, models } of groups) {
    // The operator's `ollama:llama3` may clash with the reference of a local model.
    if (kind === 'environment')
      for (const model of models) if (local.has(model.id)) model.id = `${providerId}:${model.id}`
  }
  return groups
}

function groupOf({ kind, prefix, connection, listed }: Source, prices: Price[], limit: number): ModelGroup {
  const { models, more } = 'models' in listed ? listed : { models: [], more: 0 }
  // The configured model is offered even if the server doesn't list it.
  const configured = kind === 'environment' ? config().defaultModel : null
  const all =
    configured && !models.some(({ name }) => name === configured)
      ? [{ name: configured, chats: canChat(configured) }, ...models]
      : models
  // Chat models first, so that a cut list keeps them.
  const sorted = all.length > limit ? all.toSorted((one, other) => Number(other.chats) - Number(one.chats)) : all
  const omitted = more + Math.max(0, all.length - limit)
  const free = kind === 'demo' || kind === 'local'
  return {
    providerId: connection.providerId,
    name: connection.name,
    kind,
    models: sorted.slice(0, limit).map(({ name, chats }) => ({
      id: prefix + name,
      name,
      ...(chats || name === configured ? {} : { otherTask: true }),
      ...priceFields(priceOf({ ...connection, model: name, free }, prices)),
    })),
    ...(omitted > 0 ? { more: omitted } : {}),
    problem: 'problem' in listed ? listed.problem : null,
  }
}

/** The price and context window of a model, if known. */
function priceFields(price: Price | null) {
  if (!price) return {}
  const { currency, input, output, contextWindow } = price
  return { price: { currency, input, output }, contextWindow: contextWindow ?? undefined }
}

function listedModels(connection: Connection): Promise<Listed> {
  const cache = processSingleton('model lists', () => new Map<string, CachedList>())
  const now = Date.now()
  for (const [key, { expiresAt }] of cache) if (expiresAt < now) cache.delete(key)
  const key = JSON.stringify([connection.providerId, connection.baseUrl, connection.apiKey, connection.headers])
  const cached = cache.get(key)
  if (cached) return cached.listed
  const entry: CachedList = {
    expiresAt: now + CACHE_MS,
    listed: listModels(connection, AbortSignal.timeout(LIST_TIMEOUT_MS)),
  }
  entry.listed.then((listed) => {
    if ('problem' in listed) entry.expiresAt = Date.now() + FAILURE_CACHE_MS
  })
  cache.set(key, entry)
  return entry.listed
}

async function withTimeout<T>(ms: number, promise: Promise<T>, fallback: T): Promise<T> {
  const timer = new AbortController()
  const late = wait(ms, fallback, { signal: timer.signal, ref: false })
  late.catch(() => undefined)
  const first = await Promise.race([promise, late])
  timer.abort()
  return first
}
