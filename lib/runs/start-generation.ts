import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { type Account, accountOf } from '@/lib/billing/account'
import { type Admission, admissionOf } from '@/lib/billing/admission'
import { Allowance } from '@/lib/billing/allowance'
import type { Charge } from '@/lib/billing/charge'
import { serverAdmissionOf, serverBudgetReached } from '@/lib/billing/server-budget'
import { config } from '@/lib/config'
import { OverLimit, SERVER_SCOPE, writeBooking } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import { generationOfTurn, insertStart, type StartingGeneration } from '@/lib/database/generations'
import type { GenerationKind, GenerationRow, MessageRow } from '@/lib/database/schema'
import { heartbeat } from '@/lib/instances/heartbeat'
import { instanceId } from '@/lib/instances/instance-id'
import { buildPrompt, type PromptSource } from '@/lib/prompt/build'
import { wireMessage } from '@/lib/prompt/content'
import type { StartData } from '@/lib/protocol/events'
import { lengthsOf, type Part } from '@/lib/protocol/messages'
import { ENVIRONMENT } from '@/lib/providers/connections'
import type { ResolvedModel } from '@/lib/providers/resolve'
import { Refused } from '@/lib/refused'
import type { CompletionRequest } from '@/lib/upstream/connection'
import { continuationTo } from '@/lib/upstream/continuation'
import { runs } from './runs'
import { checkStorage } from './storage-limit'
import { lengthOf, partialOf, promptSettings, type TurnSettings } from './turn-settings'

/** A generation that is ready to start. */
export interface Prepared {
  rows: StartingGeneration
  resolved: ResolvedModel
  /** What it answers: the newest message that is there already, and a prompt that is not. */
  prompt: Pick<PromptSource, 'head' | 'text'>
  settings: TurnSettings
  stream: boolean
  /** What its message holds already. */
  before?: Part[]
}

/** Counts a start. @throws {Refused} 429 when there are too many. */
export type Spend = () => Promise<void>

/**
 * Starts what `prepare` gives: writes its rows, and runs it. The generation lives on in this process whatever becomes of
 * the request. A turn that was started before is not started again: its generation is given back.
 * @throws {Refused} 503 when the server is shutting down, 402 when a budget does not allow it, 507 when nothing more may be stored; whatever `prepare` and `spend` throw.
 */
export async function startOnce(
  ownerId: string,
  turnId: string,
  prepare: () => Promise<Prepared>,
  spend: Spend,
): Promise<StartData> {
  const db = database()
  const earlier = await generationOfTurn(db, ownerId, turnId)
  if (earlier) return startOf(earlier)
  const { closing } = runs()
  if (closing) throw new Refused(503, closing, { 'Retry-After': '1' })

  const prepared = await prepare()
  await spend()
  await checkStorage(ownerId)
  const { rows, request, charge, admission, server } = await charged(ownerId, prepared)
  await heartbeat().registerInstance()
  try {
    const { streamsPerPerson, streams } = config()
    const { reservation } = admission
    const serverReservation = server?.reservation
    await insertStart(db, rows, { reservation, serverReservation, streams: streamsPerPerson, serverStreams: streams })
  } catch (error) {
    // The same turn may have been sent twice at once: the unique constraint let one in.
    const other = await generationOfTurn(db, ownerId, turnId)
    if (!other) throw error instanceof OverLimit ? await refusalOf(error, admission) : error
    // Or these rows were committed, and only the confirmation was lost.
    if (other.id !== rows.generation.id) return startOf(other)
  }
  const start = startOf(rows.generation)
  const { before = [], resolved } = prepared
  runs().start({ start, before, connection: resolved.connection, request, charge })
  return start
}

const blankPrompt = new Refused(400, {
  kind: 'bad_request',
  message: 'This prompt has no text, so there’s nothing to reply to. Write another one.',
})

/** A person's account for a model. */
export async function accountFor(ownerId: string, { connection, model, free }: ResolvedModel): Promise<Account> {
  const { providerId, baseUrl } = connection
  return await accountOf(ownerId, { providerId, baseUrl, model, free })
}

/** Whether a model is of the operator's own upstream. */
export function isPaidByServer({ connection }: ResolvedModel): boolean {
  return connection.providerId.startsWith(ENVIRONMENT)
}

/** Prices a turn: what to charge and reserve, and the request within the model's window and the budgets. */
async function charged(ownerId: string, { rows, resolved, prompt: asked, settings, stream, before = [] }: Prepared) {
  const { connection, model } = resolved
  const { generation } = rows
  const account = await accountFor(ownerId, resolved)
  const { price } = account
  const partial = partialOf(before)
  const prompt = await buildPrompt({ ...asked, ...promptSettings(model, price, settings, partial) })
  if (prompt.messages.at(-1)?.role !== 'user') throw blankPrompt
  const admission = await admissionOf(account, {
    conversationId: generation.conversationId,
    at: generation.startedAt,
    model,
    countPrompt: () => prompt.count(),
    length: lengthOf(settings, price),
  })
  const { caps } = admission
  const server = isPaidByServer(resolved)
    ? await serverAdmissionOf(account, {
        baseUrl: connection.baseUrl,
        model,
        countPrompt: () => prompt.count(),
        maxTokens: admission.maxTokens,
        at: generation.startedAt,
      })
    : null
  const maxTokens = server?.maxTokens ?? admission.maxTokens
  const booking = { ...admission.booking, server: server?.booking }
  const allowance =
    admission.prompt && maxTokens !== undefined
      ? new Allowance({ account, caps, generation, booking, promptTokens: admission.prompt.tokens }, maxTokens)
      : null
  // The reservation is for the longest continuation; the meter counts the one that is sent.
  const after = continuationTo(connection, { partial })
  const charge: Charge = { booking, metered: { model, countPrompt: () => prompt.count(after), price }, allowance }
  const messages = prompt.messages.map(wireMessage)
  const request: CompletionRequest = { model, messages, stream, temperature: settings.temperature, maxTokens, partial }
  return {
    rows: {
      ...rows,
      generation: { ...generation, price: price && JSON.stringify(price), booking: writeBooking(booking) },
    },
    request,
    charge,
    admission,
    server,
  }
}

/** The error for a start that a budget in the database had no room for. */
async function refusalOf({ scope }: OverLimit, admission: Admission): Promise<Refused> {
  return scope.startsWith(SERVER_SCOPE) ? serverBudgetReached() : await admission.refusal()
}

/** The row of a reply to a prompt that has no text yet. */
export function emptyReply({ id: parentId, conversationId, ownerId }: MessageRow): MessageRow {
  return { id: uuidv7(), conversationId, ownerId, parentId, role: 'assistant', parts: '[]', createdAt: Date.now() }
}

/** What the row of a generation that starts is made of. */
interface StartingFrom {
  reply: MessageRow
  userMessageId: string
  turnId: string
  resolved: ResolvedModel
  settings: TurnSettings
  kind: GenerationKind
  /** What the reply holds already, and which continuation of it this is. */
  before?: Part[]
  continuation?: number
}

/** The row of a generation that starts now. */
export function startingRow(from: StartingFrom): GenerationRow {
  const { reply, userMessageId, turnId, resolved, settings, kind, before = [], continuation = 0 } = from
  return {
    id: uuidv7(),
    ownerId: reply.ownerId,
    conversationId: reply.conversationId,
    userMessageId,
    messageId: reply.id,
    ...lengthsOf(before),
    continuation,
    turnId,
    settings: JSON.stringify(settings),
    instanceId: instanceId(),
    providerId: resolved.connection.providerId,
    model: resolved.reference,
    status: 'running',
    finishReason: null,
    usage: null,
    kind,
    price: null,
    booking: null,
    costPicos: null,
    costCurrency: null,
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    reasoningTokens: null,
    attempts: 0,
    outline: null,
    startedAt: Date.now(),
    firstTokenAt: null,
    endedAt: null,
  }
}

function startOf(row: GenerationRow): StartData {
  const { continuation, textBefore, reasoningBefore } = row
  return {
    generationId: row.id,
    conversationId: row.conversationId,
    userMessageId: row.userMessageId,
    messageId: row.messageId,
    model: row.model,
    ...(continuation > 0 ? { textBefore, reasoningBefore } : {}),
  }
}
