import 'server-only'
import { fitsNow } from '@/lib/billing/budget-limits'
import { serverRefusalOf } from '@/lib/billing/server-budget'
import { database } from '@/lib/database/client'
import { newestContinuation } from '@/lib/database/generations/starts'
import { messageRow, parseParts } from '@/lib/database/messages'
import type { OwnedGeneration } from '@/lib/database/ownership'
import { countPromptOf } from '@/lib/prompt/build'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import { continuing } from '@/lib/protocol/messages'
import { resolveModel } from '@/lib/providers/resolve'
import { Refused } from '@/lib/refused'
import { accountFor, alreadyContinued, earlierStart, type PreparedTurn, serverBaseUrlOf } from './start-generation'
import { emptyReply, generationRow } from './starting-rows'
import { lengthOf, parseSettings, partialOf, promptSettings, type TurnSettings } from './turn-settings'

/** How a reply is requested again. */
export interface Again {
  /** Made by the client. The same id again is the same generation. */
  turnId: string
  /** Defaults to the model of the reply. */
  model?: string
  /** Replaces the limit of the reply's length. */
  maxTokens?: number
  stream: boolean
}

/**
 * Prepares another reply to the prompt of a generation, with the settings of that. The caller has checked its owner.
 * @throws {Refused} 400 for a model that nobody offers, 503 when the server is shutting down.
 */
export async function prepareRegeneration(row: OwnedGeneration, again: Again): Promise<PreparedTurn> {
  const { ownerId, userMessageId } = row
  const { turnId, stream } = again
  const earlier = await earlierStart(ownerId, turnId)
  if (earlier) return { earlier }
  const resolved = await resolveModel(ownerId, again.model ?? row.model)
  const settings = settingsOf(row, again)
  const reply = emptyReply(await messageRow(userMessageId))
  const generation = generationRow({ reply, userMessageId, turnId, resolved, settings, kind: 'regenerate' })
  const rows = { conversation: null, messages: [reply], generation }
  return { earlier: null, generation: { rows, resolved, prompt: { head: userMessageId }, settings, stream } }
}

/**
 * Prepares the continuation of a reply from where it ended, in the same message, with the settings that it had. The caller
 * has checked its owner.
 * @throws {Refused} 409 when there is nothing to continue, or it has been continued; else as `prepareRegeneration`.
 */
export async function prepareContinuation(row: OwnedGeneration, again: Again): Promise<PreparedTurn> {
  const { ownerId, userMessageId, continuation } = row
  const { turnId, stream } = again
  const earlier = await earlierStart(ownerId, turnId)
  if (earlier) return { earlier }
  await checkNewest(row)
  checkEnding(row)
  const resolved = await resolveModel(ownerId, again.model ?? row.model)
  const settings = settingsOf(row, again)
  const reply = await messageRow(row.messageId)
  const before = continuing(parseParts(reply.parts)).parts
  const continued = { kind: 'continue' as const, before, continuation: continuation + 1 }
  const generation = generationRow({ reply, userMessageId, turnId, resolved, settings, ...continued })
  const rows = { conversation: null, messages: [], generation }
  return { earlier: null, generation: { rows, resolved, prompt: { head: userMessageId }, settings, stream, before } }
}

/**
 * Which of some models could continue a reply now: their longest reply fits in what is left of the budgets, including the
 * operator's. The caller has checked the owner.
 */
export async function modelsThatFit(row: OwnedGeneration, references: string[]): Promise<string[]> {
  const { ownerId, conversationId, userMessageId } = row
  const settings = parseSettings(row.settings)
  const partial = partialOf(parseParts((await messageRow(row.messageId)).parts))
  // First of all: a request with a model that nobody offers is refused before anything is counted.
  const all = await Promise.all(references.map((reference) => resolveModel(ownerId, reference)))
  const fitting: string[] = []
  for (const resolved of all) {
    const account = await accountFor(ownerId, resolved)
    const source = { head: userMessageId, ...promptSettings(resolved.model, account.price, settings, partial) }
    const length = lengthOf(settings, account.price)
    const at = Date.now()
    const countPrompt = () => countPromptOf(source)
    const { fits, maxTokens } = await fitsNow(account, { conversationId, at, countPrompt, length })
    if (!fits) continue
    const { model, reference } = resolved
    const baseUrl = serverBaseUrlOf(resolved)
    const candidate = { model, countPrompt, maxTokens, at }
    if (baseUrl === null || (await serverRefusalOf(account, { ...candidate, baseUrl })) === null)
      fitting.push(reference)
  }
  return fitting
}

function settingsOf({ settings }: OwnedGeneration, { maxTokens }: Again): TurnSettings {
  const had = parseSettings(settings)
  return maxTokens === undefined ? had : { ...had, maxTokens }
}

/** @throws {Refused} 409 */
async function checkNewest({ messageId, continuation }: OwnedGeneration): Promise<void> {
  if ((await newestContinuation(database(), messageId)) !== continuation) throw alreadyContinued()
}

/** @throws {Refused} 409 */
function checkEnding({ status, finishReason }: OwnedGeneration): void {
  if (status === 'running')
    throw conflict('This reply is still being written. Stop it first, or wait for it to finish.')
  if (status === 'completed' && finishKindOf(finishReason) !== 'length')
    throw conflict('This reply is complete, so there’s nothing to continue. Ask for more in a new message instead.')
}

function conflict(message: string): Refused {
  return new Refused(409, { kind: 'bad_request', message })
}
