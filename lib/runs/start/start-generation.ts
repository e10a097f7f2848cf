import 'server-only'
import { type Account, accountOf } from '@/lib/billing/account'
import { type Reservation, reserve } from '@/lib/billing/reservation'
import { config } from '@/lib/config'
import { OverLimit, writeReservation } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import {
  generationOfTurn,
  insertGeneration,
  type NewGeneration,
  newestContinuation,
} from '@/lib/database/generations/starts'
import type { GenerationRow } from '@/lib/database/schema'
import { heartbeat } from '@/lib/instances/heartbeat'
import { buildPrompt, type Prompt, type PromptSource } from '@/lib/prompt/build'
import { wireMessage } from '@/lib/prompt/content'
import type { StartData } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'
import { ENVIRONMENT } from '@/lib/providers/connections'
import type { ResolvedModel } from '@/lib/providers/resolve'
import { Refused } from '@/lib/refused'
import type { CompletionRequest } from '@/lib/upstream/connection'
import { continuationMessages } from '@/lib/upstream/continuation'
import { runs } from '../runs'
import { checkStorage } from './storage-limit'
import { lengthOf, partialOf, promptSettings, type TurnSettings } from './turn-settings'

/** A generation that is ready to start. */
export interface PreparedGeneration {
  rows: NewGeneration
  resolved: ResolvedModel
  /** What it replies to: the newest stored message, and a prompt that isn't stored yet. */
  prompt: Pick<PromptSource, 'head' | 'text'>
  settings: TurnSettings
  stream: boolean
  /** What its message holds already. */
  before?: Part[]
}

/** A turn on its way: started by an earlier request with the same turn id, or ready to start. */
export type PreparedTurn = { earlier: StartData } | { earlier: null; generation: PreparedGeneration }

/**
 * The start of the generation that a turn already has; null when the turn is new.
 * @throws {Refused} 503 for a new turn when the server is shutting down.
 */
export async function earlierStart(ownerId: string, turnId: string): Promise<StartData | null> {
  const earlier = await generationOfTurn(database(), ownerId, turnId)
  if (earlier) return startOf(earlier)
  const { closing } = runs()
  if (closing) throw new Refused(503, closing, { 'Retry-After': '1' })
  return null
}

/**
 * Starts a generation: builds its prompt, reserves its maximum cost, inserts its rows, and runs it. It lives on in this
 * process whatever becomes of the request. Idempotent by turn id.
 * @throws {Refused} 402 when a budget doesn't allow it, 409 when its reply has been continued meanwhile, 429 when too many
 * run, 507 when the storage limit is reached; 400 for a prompt without text.
 */
export async function startGeneration(prepared: PreparedGeneration): Promise<StartData> {
  const { rows, resolved, before = [] } = prepared
  const { generation } = rows
  await checkStorage(generation.ownerId)
  const account = await accountFor(generation.ownerId, resolved)
  const prompt = await promptOf(prepared, account)
  const reservation = await reserveFor(prepared, account, prompt)
  const other = await insert(rows, reservation)
  if (other) return startOf(other)

  const start = startOf(generation)
  const request = requestOf(prepared, prompt, reservation)
  // The reservation is for the longest continuation; the meter counts the one that is sent.
  const continuation = continuationMessages(resolved.connection, { partial: partialOf(before) })
  const countPrompt = () => prompt.count(continuation)
  const metered = { model: resolved.model, countPrompt, price: reservation.price }
  runs().start({ start, before, connection: resolved.connection, request, metered, reservation })
  return start
}

/** A person's account for a model. */
export async function accountFor(ownerId: string, { connection, model, free }: ResolvedModel): Promise<Account> {
  const { providerId, baseUrl } = connection
  return await accountOf(ownerId, { providerId, baseUrl, model, free })
}

/** The base URL of the operator's own upstream, if that serves a model; null for a person's own provider. */
export function serverBaseUrlOf({ connection }: ResolvedModel): string | null {
  return connection.providerId.startsWith(ENVIRONMENT) ? connection.baseUrl : null
}

async function promptOf(prepared: PreparedGeneration, { price }: Account): Promise<Prompt> {
  const { resolved, settings, before = [] } = prepared
  const prompt = await buildPrompt({
    ...prepared.prompt,
    ...promptSettings(resolved.model, price, settings, partialOf(before)),
  })
  if (prompt.messages.at(-1)?.role === 'user') return prompt
  throw new Refused(400, {
    kind: 'bad_request',
    message: 'This prompt has no text, so there’s nothing to reply to. Write another one.',
  })
}

async function reserveFor({ rows, resolved, settings }: PreparedGeneration, account: Account, prompt: Prompt) {
  return await reserve(account, {
    generation: rows.generation,
    model: resolved.model,
    countPrompt: () => prompt.count(),
    length: lengthOf(settings, account.price),
    serverBaseUrl: serverBaseUrlOf(resolved),
  })
}

/** Inserts the rows with the reservation; returns the generation of the same turn, if another request has inserted one. */
async function insert(rows: NewGeneration, reservation: Reservation): Promise<GenerationRow | null> {
  const { streamsPerPerson, streams } = config()
  const { price, record, holds } = reservation
  const { generation } = rows
  const stored = { ...generation, price: price && JSON.stringify(price), booking: writeReservation(record) }
  // The other instances would end what an instance starts that they take for dead.
  await heartbeat().registerInstance()
  try {
    await insertGeneration(
      database(),
      { ...rows, generation: stored },
      { holds, streams: streamsPerPerson, serverStreams: streams },
    )
    return null
  } catch (error) {
    const existing = await generationOfTurn(database(), generation.ownerId, generation.turnId)
    // Of two requests with one turn id, the unique constraint let one in. Or the rows are these, and only the confirmation was lost.
    if (existing) return existing.id === generation.id ? null : existing
    if (error instanceof OverLimit) throw await reservation.refusal(error)
    if (!(error instanceof Refused) && generation.continuation > 0) await checkNewest(generation)
    throw error
  }
}

/** @throws {Refused} 409 when the reply has been continued since the generation before this one. */
async function checkNewest({ messageId, continuation }: GenerationRow): Promise<void> {
  if ((await newestContinuation(database(), messageId)) >= continuation) throw alreadyContinued()
}

/** The error for a continuation of a reply that has been continued already. */
export function alreadyContinued(): Refused {
  const message = 'This reply has already been continued. Reload the conversation to see the latest.'
  return new Refused(409, { kind: 'bad_request', message })
}

function requestOf(prepared: PreparedGeneration, prompt: Prompt, { maxTokens }: Reservation): CompletionRequest {
  const { resolved, settings, stream, before = [] } = prepared
  const messages = prompt.messages.map(wireMessage)
  const { temperature } = settings
  return { model: resolved.model, messages, stream, temperature, maxTokens, partial: partialOf(before) }
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
