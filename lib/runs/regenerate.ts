import 'server-only'
import { fitNow } from '@/lib/billing/admission'
import { serverRefusalOf } from '@/lib/billing/server-budget'
import { database } from '@/lib/database/client'
import { newestContinuation } from '@/lib/database/generations'
import { messageRow, parseParts } from '@/lib/database/messages'
import type { OwnedGeneration } from '@/lib/database/ownership'
import { countPromptOf } from '@/lib/prompt/build'
import type { StartData } from '@/lib/protocol/events'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import { continuing } from '@/lib/protocol/messages'
import { resolveModel } from '@/lib/providers/resolve'
import { Refused } from '@/lib/refused'
import {
  accountFor,
  emptyReply,
  isPaidByServer,
  type Prepared,
  type Spend,
  startingRow,
  startOnce,
} from './start-generation'
import { lengthOf, parseSettings, partialOf, promptSettings, type TurnSettings } from './turn-settings'

/** How a reply is asked for again. */
export interface Again {
  /** Made by the client: the same one again is the same generation. */
  turnId: string
  /** None is the model it came from. */
  model?: string
  /** In place of the longest answer that it had. */
  maxTokens?: number
  stream: boolean
}

/**
 * Writes a reply anew, beside the one of this generation, under the settings that it had. The caller has checked whose
 * it is.
 * @throws {Refused} 400 for a model that nobody offers, 503 when the server is shutting down.
 */
export async function regenerate(row: OwnedGeneration, again: Again, spend: Spend): Promise<StartData> {
  return await startOnce(row.ownerId, again.turnId, () => prepareRegeneration(row, again), spend)
}

async function prepareRegeneration(row: OwnedGeneration, again: Again): Promise<Prepared> {
  const { ownerId, userMessageId } = row
  const resolved = await resolveModel(ownerId, again.model ?? row.model)
  const settings = settingsOf(row, again)
  const reply = emptyReply(await messageRow(userMessageId))
  const begun = { turnId: again.turnId, kind: 'regenerate' as const }
  const generation = startingRow({ reply, userMessageId, resolved, settings, ...begun })
  const rows = { conversation: null, messages: [reply], generation }
  return { rows, resolved, prompt: { head: userMessageId }, settings, stream: again.stream }
}

/**
 * Goes on with a reply where it ended, in the same message, under the settings that it had. The caller has checked whose
 * it is.
 * @throws {Refused} 409 when there is nothing to go on with, or somebody else goes on with it; else as `regenerate`.
 */
export async function continueReply(row: OwnedGeneration, again: Again, spend: Spend): Promise<StartData> {
  try {
    return await startOnce(row.ownerId, again.turnId, () => prepareContinuation(row, again), spend)
  } catch (error) {
    // Of two at once, the unique index let one in.
    if (!(error instanceof Refused)) await checkNewest(row)
    throw error
  }
}

async function prepareContinuation(row: OwnedGeneration, again: Again): Promise<Prepared> {
  await checkNewest(row)
  checkEnding(row)
  const { ownerId, userMessageId, continuation } = row
  const resolved = await resolveModel(ownerId, again.model ?? row.model)
  const settings = settingsOf(row, again)
  const reply = await messageRow(row.messageId)
  const before = continuing(parseParts(reply.parts)).parts
  const begun = { kind: 'continue' as const, before, continuation: continuation + 1 }
  const generation = startingRow({ reply, userMessageId, turnId: again.turnId, resolved, settings, ...begun })
  const rows = { conversation: null, messages: [], generation }
  return { rows, resolved, prompt: { head: userMessageId }, settings, stream: again.stream, before }
}

/**
 * Those of some models that could go on with a reply now: the longest answer fits in all that is left of the budgets, the
 * operator's too. The caller has checked whose the reply is.
 */
export async function modelsThatFit(row: OwnedGeneration, references: string[]): Promise<string[]> {
  const { ownerId, conversationId, userMessageId } = row
  const settings = parseSettings(row.settings)
  const partial = partialOf(parseParts((await messageRow(row.messageId)).parts))
  // All of them first: a request with one that nobody offers is refused before anything is counted.
  const all = await Promise.all(references.map((reference) => resolveModel(ownerId, reference)))
  const fitting: string[] = []
  for (const resolved of all) {
    const account = await accountFor(ownerId, resolved)
    const source = { head: userMessageId, ...promptSettings(resolved.model, account.price, settings, partial) }
    const length = lengthOf(settings, account.price)
    const at = Date.now()
    const countPrompt = () => countPromptOf(source)
    const { fits, maxTokens } = await fitNow(account, { conversationId, at, countPrompt, length })
    if (!fits) continue
    const { connection, model, reference } = resolved
    const asked = { baseUrl: connection.baseUrl, model, countPrompt, maxTokens, at }
    if (!isPaidByServer(resolved) || (await serverRefusalOf(account, asked)) === null) fitting.push(reference)
  }
  return fitting
}

function settingsOf({ settings }: OwnedGeneration, { maxTokens }: Again): TurnSettings {
  const had = parseSettings(settings)
  return maxTokens === undefined ? had : { ...had, maxTokens }
}

/** @throws {Refused} 409 */
async function checkNewest({ messageId, continuation }: OwnedGeneration): Promise<void> {
  if ((await newestContinuation(database(), messageId)) === continuation) return
  throw conflict('This reply has already been continued. Reload the conversation to see the latest.')
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
