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

const TRIAL_MS = 60_000
/** Of the models found, so many are named. */
const MODELS_SHOWN = 200
const TRIAL_TOKENS = 200
const TRIAL_PROMPT = 'Say hello in one short sentence.'

/** A provider as it stands in the form: `id` is there when it is stored, and lends its key when the form has none. */
export type TrialForm = ProviderForm & { id?: string; model?: string }

/**
 * Tries a provider before it is saved: lists its models and streams one short answer. Where an address without a version
 * has no list, the same one with `/v1` is tried in its place.
 * @throws {Refused} 404 for a provider that is not this owner's, 400 when its key would go to another host.
 */
export async function tryProvider(ownerId: string, form: TrialForm): Promise<ProviderTest> {
  const typed = await trialConnection(ownerId, form)
  const signal = AbortSignal.timeout(TRIAL_MS)
  const first = await listModels(typed, signal)
  const better = 'problem' in first ? await withVersion(typed, first.problem, signal) : null
  const { connection, listed } = better ?? { connection: typed, listed: first }
  const { models, more } = 'models' in listed ? listed : { models: [], more: 0 }
  const model = form.model ?? firstChoiceOf(models.filter(({ chats }) => chats))?.name ?? null
  const answer = model === null ? noAnswer : await shortAnswer(ownerId, { connection, id: form.id, model }, signal)
  return {
    betterBaseUrl: better && connection.baseUrl,
    models: models.slice(0, MODELS_SHOWN).map(({ name }) => name),
    modelCount: models.length + more,
    modelsProblem: 'problem' in listed ? listed.problem : null,
    model,
    ...answer,
  }
}

/** The same provider at the address with a version, if there is a list of models there. */
async function withVersion(typed: Connection, { kind }: Problem, signal: AbortSignal) {
  const [path = '', query] = typed.baseUrl.split('?', 2)
  if (/\/v\d+\w*(?:\/|$)/.test(path) || !mayBeElsewhere.has(kind)) return null
  const connection = { ...typed, baseUrl: `${path}/v1${query === undefined ? '' : `?${query}`}` }
  const listed = await listModels(connection, signal)
  return 'models' in listed ? { connection, listed } : null
}

/** What a server says of a path that it does not have, by a status, a web page or words. */
const mayBeElsewhere = new Set<Problem['kind']>(['not_found', 'model_not_found', 'bad_request', 'upstream'])

const tooSlow: Problem = {
  kind: 'timeout',
  message: `The provider didn’t finish a short reply within ${TRIAL_MS / 1000} seconds. It may still be loading the model. Save it and try a chat, which waits longer.`,
  retryable: true,
}

const noAnswer = { text: '', firstTokenMs: null, answerProblem: null }

interface Trial {
  connection: Connection
  /** Of a provider that is stored. */
  id: string | undefined
  model: string
}

async function shortAnswer(ownerId: string, { connection, id, model }: Trial, signal: AbortSignal) {
  const messages = [{ role: 'user' as const, content: TRIAL_PROMPT }]
  const account = await accountOf(ownerId, { baseUrl: connection.baseUrl, model, free: false })
  const meter = new Meter({ model, countPrompt: () => countPrompt(model, messages), price: account.price })
  meter.attempt()
  const startedAt = Date.now()
  let text = ''
  const arrivals: number[] = []
  const end = await complete(
    connection,
    { model, messages, stream: true, maxTokens: TRIAL_TOKENS },
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
      // One that is not stored has no name in the books but its address.
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

async function trialConnection(ownerId: string, form: TrialForm): Promise<Connection> {
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

function credentialsIn(form: TrialForm): Credentials {
  return { apiKey: form.apiKey ?? null, headers: form.headers ?? {} }
}
