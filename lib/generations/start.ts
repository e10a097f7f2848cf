import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { config } from '@/lib/config'
import { database } from '@/lib/database/client'
import { generationOfTurn, insertStart, type StartingGeneration } from '@/lib/database/generations'
import { branchTo, parseParts } from '@/lib/database/messages'
import type { GenerationKind, GenerationRow, MessageRow } from '@/lib/database/schema'
import { OverLimit, writeBooking } from '@/lib/database/spending'
import type { StartData } from '@/lib/protocol/events'
import { lengthsOf, type Part, textOf } from '@/lib/protocol/messages'
import type { ResolvedModel } from '@/lib/providers/resolve'
import { Refused } from '@/lib/refused'
import type { ChatMessage, CompletionRequest } from '@/lib/upstream/connection'
import { continuationTo, longestContinuation } from '@/lib/upstream/continuation'
import { accountOf } from '@/lib/usage/account'
import { admissionOf } from '@/lib/usage/admission'
import { Allowance } from '@/lib/usage/allowance'
import { fitted } from '@/lib/usage/context'
import type { Charge } from './charge'
import { heartbeat } from './heartbeat'
import { runs } from './runs'
import type { TurnSettings } from './settings'

/** A generation that is ready to start. */
export interface Prepared {
  rows: StartingGeneration
  resolved: ResolvedModel
  request: CompletionRequest
  /** What its message holds already. */
  before?: Part[]
}

/** Counts a start. @throws {Refused} 429 when there were too many. */
export type Spend = () => Promise<void>

/**
 * Starts what `prepare` gives: writes its rows, and runs it. The generation lives on in this process whatever becomes of
 * the request. A turn that was started before is not started again: its generation is given back.
 * @throws {Refused} 503 when the server is shutting down, 402 when a budget does not allow it; whatever `prepare` and `spend` throw.
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
  const { rows, request, charge, admission } = await charged(ownerId, prepared)
  await heartbeat().known()
  try {
    const { streamsPerPerson, streams } = config()
    const { reservation } = admission
    await insertStart(db, rows, { reservation, streams: streamsPerPerson, serverStreams: streams })
  } catch (error) {
    // The same turn may have been sent twice at once: the unique constraint let one in.
    const other = await generationOfTurn(db, ownerId, turnId)
    if (!other) throw error instanceof OverLimit ? await admission.refusal() : error
    // Or these rows are there, and only the word of it was lost.
    if (other.id !== rows.generation.id) return startOf(other)
  }
  const start = startOf(rows.generation)
  const { before = [], resolved } = prepared
  runs().start({ start, before, connection: resolved.connection, request, charge })
  return start
}

/** A person's account for a model, what of a request goes into its window, and the most that this is sent with. */
export async function accountFor(
  ownerId: string,
  { connection, model, free }: ResolvedModel,
  whole: CompletionRequest,
) {
  const account = await accountOf(ownerId, { baseUrl: connection.baseUrl, model, free })
  const window = account.price?.contextWindow ?? null
  const after = longestContinuation(whole)
  const { messages } = await fitted(model, whole.messages, { window, room: whole.maxTokens, after })
  return { account, messages, longest: [...messages, ...after] }
}

/** What a generation is charged by, and its request as the model's window and the budgets allow it. */
async function charged(ownerId: string, { rows, resolved, request: whole }: Prepared) {
  const { account, messages, longest } = await accountFor(ownerId, resolved, whole)
  const { price } = account
  const cap = config().maxTokens
  const asked = whole.maxTokens === cap && price?.maxOutput ? Math.min(cap, price.maxOutput) : whole.maxTokens
  const { model } = resolved
  const { generation } = rows
  const admission = await admissionOf(account, {
    conversationId: generation.conversationId,
    at: generation.startedAt,
    model,
    messages: longest,
    maxTokens: asked,
  })
  const { booking, prompt, maxTokens, caps } = admission
  const allowance =
    prompt && maxTokens !== undefined
      ? new Allowance({ account, caps, generation, booking, promptTokens: prompt.tokens }, maxTokens)
      : null
  const sent = [...messages, ...continuationTo(resolved.connection, whole)]
  // What was counted is the longest that may be sent.
  const counted = sent.length === longest.length ? prompt : null
  const charge: Charge = { booking, metered: { model, messages: sent, prompt: counted, price }, allowance }
  return {
    rows: {
      ...rows,
      generation: { ...generation, price: price && JSON.stringify(price), booking: writeBooking(booking) },
    },
    request: { ...whole, messages, maxTokens },
    charge,
    admission,
  }
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
  settings: TurnSettings | undefined
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
    settings: settings ? JSON.stringify(settings) : null,
    instanceId: runs().instanceId,
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

/** The branch that ends with a message, as a model is told of it. */
export async function historyTo(messageId: string | null): Promise<ChatMessage[]> {
  return (await branchTo(messageId)).flatMap((row): ChatMessage[] => {
    // Error and reasoning parts never go back to a model, and an empty reply would be refused by many.
    const content = textOf(parseParts(row.parts))
    return content === '' ? [] : [{ role: row.role, content }]
  })
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
