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
import { firstChoice } from './first-choice'
import { localServers } from './local'
import { providerRows } from './own'

const FRESH_MS = 60_000
/** A server that failed is asked again soon, but not by every page. */
const FAILURE_FRESH_MS = 3_000
const LIST_MS = 10_000
/** Of all providers together; each has an equal part, and small ones lose nothing. */
const MODELS_AT_MOST = 20_000
/** What travels with a page. The picker asks for the rest. */
const MODELS_OF_A_PAGE = 1000

type Listed = ModelNames | { problem: Problem }
interface Kept {
  freshUntil: number
  answer: Promise<Listed>
}

/** A provider whose models are asked for; `prefix` makes a reference of a model's name. */
interface Source {
  kind: ModelGroup['kind']
  prefix: string
  connection: Pick<Connection, 'providerId' | 'name' | 'baseUrl'>
  listed: Listed
}

/** Every provider this person can use, with its models. Lists are kept for a minute. */
export async function modelList(ownerId: string): Promise<ModelList> {
  return await listOf(ownerId, LIST_MS, MODELS_AT_MOST)
}

/**
 * The list as a page begins with it: a provider that has not answered in `waitMs` is shown without models for now, so
 * that a page never waits for a slow server, and of long lists only the beginning.
 */
export async function modelListForPage(ownerId: string, waitMs: number): Promise<ModelList> {
  return await listOf(ownerId, waitMs, MODELS_OF_A_PAGE)
}

/** The model of a turn that names none. */
export async function defaultModel(ownerId: string): Promise<string> {
  return await firstChoice(ownerId, groupsOf(await sources(ownerId, LIST_MS), [], MODELS_AT_MOST))
}

/** Whether the operator's upstream lists a model of this name. */
export async function environmentLists(model: string): Promise<boolean> {
  const environment = await environmentConnection()
  const listed = environment && (await within(LIST_MS, listedModels(environment), { models: [], more: 0 }))
  return listed !== null && 'models' in listed && listed.models.some(({ name }) => name === model)
}

async function listOf(ownerId: string, waitMs: number, most: number): Promise<ModelList> {
  const [prices, found] = await Promise.all([ownPrices(ownerId), sources(ownerId, waitMs)])
  const groups = groupsOf(found, prices, most)
  return {
    groups,
    defaultModel: await firstChoice(ownerId, groups),
    demoOnly: groups.every((group) => group.kind === 'demo'),
  }
}

async function sources(ownerId: string, waitMs: number): Promise<Source[]> {
  const [environment, own, local] = await Promise.all([
    environmentConnection(),
    providerRows(ownerId),
    within(waitMs, localServers(), []),
  ])
  return await Promise.all([
    ...(environment ? [askedSource(environment, 'environment', '', waitMs)] : []),
    ...own.map((row) => ownSource(row, waitMs)),
    ...local.map(
      (server): Source => ({
        kind: 'local',
        prefix: `${server.id}:`,
        connection: { providerId: server.id, name: server.name, baseUrl: server.baseUrl },
        listed: server,
      }),
    ),
    askedSource(demoConnection(), 'demo', 'demo:', waitMs),
  ])
}

async function askedSource(
  connection: Connection,
  kind: ModelGroup['kind'],
  prefix: string,
  waitMs: number,
): Promise<Source> {
  const listed = await within(waitMs, listedModels(connection), { models: [], more: 0 })
  return { kind, prefix, connection, listed }
}

/** A provider whose key cannot be read says so, and leaves the others their models. */
async function ownSource(row: ProviderRow, waitMs: number): Promise<Source> {
  const prefix = `${row.id}:`
  try {
    return await askedSource(await ownConnection(row), 'own', prefix, waitMs)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { id: providerId, name, baseUrl } = row
    return { kind: 'own', prefix, connection: { providerId, name, baseUrl }, listed: { problem: error.problem } }
  }
}

function groupsOf(found: Source[], prices: Price[], most: number): ModelGroup[] {
  const each = Math.max(20, Math.floor(most / found.length))
  const groups = found.map((source) => groupOf(source, prices, each))
  const local = new Set(groups.flatMap(({ kind, models }) => (kind === 'local' ? models.map(({ id }) => id) : [])))
  for (const { kind, providerId, models } of groups) {
    // A name such as `ollama:llama3` may be that of a model here too.
    if (kind === 'environment')
      for (const model of models) if (local.has(model.id)) model.id = `${providerId}:${model.id}`
  }
  return groups
}

function groupOf({ kind, prefix, connection, listed }: Source, prices: Price[], most: number): ModelGroup {
  const { models, more } = 'models' in listed ? listed : { models: [], more: 0 }
  // The operator's choice is offered even where the server does not list it, or lists nothing.
  const chosen = kind === 'environment' ? config().defaultModel : null
  const all =
    chosen && !models.some(({ name }) => name === chosen)
      ? [{ name: chosen, chats: canChat(chosen) }, ...models]
      : models
  // What can chat comes first, so that a cut list holds it.
  const sorted = all.length > most ? all.toSorted((one, other) => Number(other.chats) - Number(one.chats)) : all
  const left = more + Math.max(0, all.length - most)
  const free = kind === 'demo' || kind === 'local'
  return {
    providerId: connection.providerId,
    name: connection.name,
    kind,
    models: sorted.slice(0, most).map(({ name, chats }) => ({
      id: prefix + name,
      name,
      ...(chats || name === chosen ? {} : { otherTask: true }),
      ...knownOf(priceOf({ ...connection, model: name, free }, prices)),
    })),
    ...(left > 0 ? { more: left } : {}),
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
  const kept = processSingleton('model lists', () => new Map<string, Kept>())
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
