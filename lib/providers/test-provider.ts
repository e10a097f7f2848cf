import 'server-only'
import { accountOf, recordCall } from '@/lib/billing/account'
import { Meter } from '@/lib/billing/meter'
import { config } from '@/lib/config'
import { ownedProvider } from '@/lib/database/ownership'
import { TESTS } from '@/lib/protocol/billing/usage'
import { firstChoiceOf } from '@/lib/protocol/chat-models'
import type { Problem } from '@/lib/protocol/events'
import type { ProviderTest } from '@/lib/protocol/providers'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { complete } from '@/lib/upstream/completion'
import { type Connection, noCapabilities } from '@/lib/upstream/connection'
import { listModels } from '@/lib/upstream/models'
import { timeoutsFor } from '@/lib/upstream/timeouts'
import type { Credentials } from './keys'
import { mergedCredentials, type ProviderForm } from './own'

const TEST_TIMEOUT_MS = 60_000
const MAX_MODELS_SHOWN = 200
const TEST_TOKENS = 200
const TEST_PROMPT = 'Say hello in one short sentence.'

/** A provider as the form has it. `id` names a stored one, whose key is used when the form has none. */
export type ProviderTestForm = ProviderForm & { id?: string; model?: string }

/**
 * Tests a provider before it is saved: lists its models and streams one short reply. If an address without a version has
 * no list, `/v1` is tried too.
 * @throws {Refused} 404 for another owner's provider, 400 when its key would go to another host.
 */
export async function testProvider(ownerId: string, form: ProviderTestForm): Promise<ProviderTest> {
  const typed = await testConnection(ownerId, form)
  const signal = AbortSignal.timeout(TEST_TIMEOUT_MS)
  const first = await listModels(typed, signal)
  const better = 'problem' in first ? await withVersion(typed, first.problem, signal) : null
  const { connection, listed } = better ?? { connection: typed, listed: first }
  const { models, more } = 'models' in listed ? listed : { models: [], more: 0 }
  const model = form.model ?? firstChoiceOf(models.filter(({ chats }) => chats))?.name ?? null
  const reply = model === null ? noReply : await requestShortReply(ownerId, { connection, id: form.id, model }, signal)
  return {
    betterBaseUrl: better && connection.baseUrl,
    models: models.slice(0, MAX_MODELS_SHOWN).map(({ name }) => name),
    modelCount: models.length + more,
    modelsProblem: 'problem' in listed ? listed.problem : null,
    model,
    ...reply,
  }
}

/** The provider at its address with a version, if that has a list of models. */
async function withVersion(typed: Connection, { kind }: Problem, signal: AbortSignal) {
  const [path = '', query] = typed.baseUrl.split('?', 2)
  if (/\/v\d+\w*(?:\/|$)/.test(path) || !maybeWrongPath.has(kind)) return null
  const connection = { ...typed, baseUrl: `${path}/v1${query === undefined ? '' : `?${query}`}` }
  const listed = await listModels(connection, signal)
  return 'models' in listed ? { connection, listed } : null
}

/** The kinds of problem with which servers reject unknown paths. */
const maybeWrongPath = new Set<Problem['kind']>(['not_found', 'model_not_found', 'bad_request', 'upstream'])

const tooSlow: Problem = {
  kind: 'timeout',
  message: `The provider didn’t finish a short reply within ${TEST_TIMEOUT_MS / 1000} seconds. It may still be loading the model. Save it and try a chat, which waits longer.`,
  retryable: true,
}

const noReply = { text: '', firstTokenMs: null, answerProblem: null }

interface TestedModel {
  connection: Connection
  /** Set for a stored provider. */
  id: string | undefined
  model: string
}

async function requestShortReply(ownerId: string, { connection, id, model }: TestedModel, signal: AbortSignal) {
  const messages = [{ role: 'user' as const, content: TEST_PROMPT }]
  const account = await accountOf(ownerId, { baseUrl: connection.baseUrl, model, free: false })
  const meter = new Meter({ model, countPrompt: () => countPrompt(model, messages), price: account.price })
  meter.attempt()
  const startedAt = Date.now()
  let text = ''
  const arrivals: number[] = []
  const end = await complete(
    connection,
    { model, messages, stream: true, maxTokens: TEST_TOKENS },
    {
      text(more) {
        arrivals.push(Date.now())
        text += more
        meter.add('delta', more)
      },
      reasoning(more) {
        arrivals.push(Date.now())
        meter.add('reasoning', more)
      },
      usage: (usage) => meter.report(usage),
      reclassify() {
        text = ''
        meter.reclassify()
      },
    },
    signal,
    timeoutsFor({ ...connection, model }, config().timeouts),
  )
  const cut = signal.aborted || end.problem !== null
  const [firstTokenAt = null] = arrivals
  const usage = await meter.total({ cut, refused: end.problem !== null })
  if (usage) {
    await recordCall(account, {
      conversationId: TESTS,
      // An unsaved provider is recorded by its address.
      providerId: id ?? new URL(connection.baseUrl).host,
      model: id ? `${id}:${model}` : model,
      status: cut ? 'interrupted' : 'completed',
      usage,
      startedAt,
      firstTokenAt,
      endedAt: Date.now(),
    })
  }
  const firstTokenMs = firstTokenAt === null ? null : firstTokenAt - startedAt
  return { text, firstTokenMs, answerProblem: signal.aborted ? tooSlow : end.problem }
}

async function testConnection(ownerId: string, form: ProviderTestForm): Promise<Connection> {
  const unsaved: Connection = {
    ...credentialsIn(form),
    providerId: 'trial',
    name: form.name,
    baseUrl: form.baseUrl,
    guarded: true,
    capabilities: noCapabilities,
    remember() {},
  }
  if (form.id === undefined) return unsaved
  const row = await ownedProvider(form.id, ownerId)
  return { ...unsaved, ...mergedCredentials(row, form) }
}

function credentialsIn(form: ProviderTestForm): Credentials {
  return { apiKey: form.apiKey ?? null, headers: form.headers ?? {} }
}
