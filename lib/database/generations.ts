import 'server-only'
import { sql } from 'kysely'
import type { Money } from '@/lib/protocol/billing/money'
import type { GenerationStatus, Usage } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'
import { notFound, Refused } from '@/lib/refused'
import { addToRollups } from './billing/rollups'
import {
  type Amounts,
  type Capture,
  capture,
  type Hold,
  nothing,
  type ReservationRecord,
  readReservation,
  reserve,
  SERVER,
  writeReservation,
} from './billing/spending'
import { advisoryLock, type Database, database, engine } from './client'
import type { ConversationRow, GenerationPieceRow, GenerationRow, MessageRow } from './schema'

export type Piece = GenerationPieceRow

/** How a generation ended, with all that its rows need. */
export interface EndedGeneration {
  generationId: string
  messageId: string
  conversationId: string
  parts: Part[]
  status: GenerationStatus
  finishReason: string | null
  usage: Usage | null
  /** Null for one that began before anything was booked. */
  bill: Bill | null
  /** JSON: `LogOutline`. */
  outline: string
  firstTokenAt: number | null
  endedAt: number
}

/** What a generation came to. */
export interface Bill {
  /** As it is booked. */
  spent: Amounts
  /** How often the upstream was asked. */
  attempts: number
  /** In the price's currency; null when the price is not known. */
  cost: Money | null
  /** As the operator's own budget books it. */
  serverSpent?: Amounts | undefined
}

/** The rows that a generation starts with. */
export interface StartingGeneration {
  /** There when it begins one. */
  conversation: ConversationRow | null
  /** The messages that are new: a prompt and its reply, another reply, or none when a reply is continued. */
  messages: MessageRow[]
  generation: GenerationRow
}

/** What a start holds, and how many replies may run at once, of its owner and of everybody: 0 is no limit. */
interface Admitted {
  holds: Hold[]
  streams: number
  serverStreams?: number
}

/**
 * Writes what a generation starts with, and sets aside what it may cost: all of it or nothing.
 * @throws {OverLimit} when a budget has not enough left;
 * @throws {Refused} 404 when its conversation was deleted meanwhile; an error of the engine when the turn, or that
 * continuation of the reply, is there already.
 */
export async function insertStart(
  db: Database,
  starting: StartingGeneration,
  { holds, streams, serverStreams = 0 }: Admitted,
): Promise<void> {
  const { conversation, messages, generation } = starting
  await db.transaction().execute(async (tx) => {
    if (conversation) await tx.insertInto('conversations').values(conversation).execute()
    else {
      const { numUpdatedRows } = await tx
        .updateTable('conversations')
        .set({ updatedAt: generation.startedAt, model: generation.model })
        .where('id', '=', generation.conversationId)
        .where('deletedAt', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw notFound('conversation')
    }
    if (messages.length > 0) await tx.insertInto('messages').values(messages).execute()
    await tx.insertInto('generations').values(generation).execute()
    if (streams > 0) await checkStreams(tx, generation.ownerId, streams)
    if (serverStreams > 0) await checkServerStreams(tx, serverStreams)
    for (const hold of holds) await reserve(tx, hold)
  })
}

/**
 * Sets more aside for a generation that runs on this instance: the amounts by which its booking grows. One that has ended
 * has been settled, and needs no more.
 * @throws {OverLimit} when a budget has not enough left.
 */
export async function extendReservation(
  db: Database,
  { id, instanceId }: Pick<GenerationRow, 'id' | 'instanceId'>,
  booking: ReservationRecord,
  hold: Hold,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('generations')
      .set({ booking: writeReservation(booking) })
      .where('id', '=', id)
      .where('instanceId', '=', instanceId)
      .where('status', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) await reserve(tx, hold)
  })
}

/** The generation that a turn id of this owner already has. */
export async function generationOfTurn(
  db: Database,
  ownerId: string,
  turnId: string,
): Promise<GenerationRow | undefined> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('turnId', '=', turnId)
    .executeTakeFirst()
}

/** The `continuation` of the newest generation of a message. */
export async function newestContinuation(db: Database, messageId: string): Promise<number> {
  const { newest } = await db
    .selectFrom('generations')
    .select((eb) => eb.fn.max('continuation').as('newest'))
    .where('messageId', '=', messageId)
    .executeTakeFirstOrThrow()
  return newest
}

/**
 * Saves one tick of an instance's checkpoint writer in one transaction: pieces of what grows, and what has ended joined
 * into one row. Gives the generations that are no longer this instance's, of which it saves nothing: another one took it
 * for dead, since it had hung, and has ended them; or they were deleted.
 */
export async function saveCheckpoint(
  db: Database,
  instanceId: string,
  { pieces, ended }: { pieces: Piece[]; ended: EndedGeneration[] },
): Promise<Set<string>> {
  const lost = new Set(pieces.map(({ generationId }) => generationId))
  if (pieces.length === 0 && ended.length === 0) return lost
  await db.transaction().execute(async (tx) => {
    if (pieces.length > 0) {
      const saved = await insertPieces(pieces, instanceId).execute(tx)
      for (const { generationId } of saved.rows) lost.delete(generationId)
    }
    const captures: Capture[] = []
    const endedNow: string[] = []
    for (const each of ended) {
      const saved = await saveEnd(tx, each, instanceId)
      if (saved === 'lost') lost.add(each.generationId)
      else if (saved !== 'before') {
        const { ownerId, booking } = saved
        endedNow.push(each.generationId)
        // What was set aside is what its row says: more may have been while it ran.
        if (each.bill && booking) captures.push(...capturesOf(ownerId, readReservation(booking), each.bill))
      }
    }
    // The last of all, so that the rows many wait for are held for the shortest time, and in an order that is everybody's.
    await addToRollups(tx, endedNow)
    await capture(tx, captures)
  })
  return lost
}

/** What a generation came to, for the person and in the operator's own budget. */
function capturesOf(ownerId: string, booking: ReservationRecord, { spent, serverSpent = nothing }: Bill): Capture[] {
  const { server } = booking
  if (!server) return [{ ownerId, booking, spent }]
  const held = { scopes: [server.scope], held: [server.scope], reserved: { picos: server.picos, tokens: 0n } }
  return [
    { ownerId, booking, spent },
    { ownerId: SERVER, booking: held, spent: serverSpent },
  ]
}

/**
 * One parameter for all rows: the statement is the same however many there are, so it is compiled and prepared once.
 * A save that was committed but not acknowledged is tried again, with more events behind the same first one.
 */
function insertPieces(pieces: Piece[], instanceId: string) {
  const rows = JSON.stringify(pieces.map(({ generationId, firstSeq, events }) => [generationId, firstSeq, events]))
  const each = engine() === 'postgres' ? sql`json_array_elements(${rows}::json)` : sql`json_each(${rows})`
  return sql<Pick<Piece, 'generationId'>>`
    insert into generation_pieces (generation_id, first_seq, events)
    select generations.id, cast(piece.value ->> 1 as integer), piece.value ->> 2
    from ${each} as piece join generations on generations.id = piece.value ->> 0
    where generations.instance_id = ${instanceId}
    on conflict (generation_id, first_seq) do update set events = excluded.events
    returning generation_id`
}

/**
 * Saves an end, and gives whose it was and its booking, unless it is not the instance's to save. One that is there already, from `before`, is left as it
 * is and not booked again: the word of the first save was lost, and another generation may have gone on with the message
 * since.
 */
async function saveEnd(
  tx: Database,
  ended: EndedGeneration,
  instanceId: string,
): Promise<Pick<GenerationRow, 'ownerId' | 'booking'> | 'before' | 'lost'> {
  const { usage, bill } = ended
  const saved = await tx
    .updateTable('generations')
    .set({
      status: ended.status,
      finishReason: ended.finishReason,
      usage: usage && JSON.stringify(usage),
      costPicos: bill?.cost?.picos ?? null,
      costCurrency: bill?.cost?.currency ?? null,
      promptTokens: usage?.promptTokens ?? 0,
      completionTokens: usage?.completionTokens ?? 0,
      cachedTokens: usage?.cachedTokens ?? 0,
      reasoningTokens: usage?.reasoningTokens ?? 0,
      attempts: bill?.attempts ?? 0,
      outline: ended.outline,
      firstTokenAt: ended.firstTokenAt,
      endedAt: ended.endedAt,
    })
    .where('id', '=', ended.generationId)
    .where('instanceId', '=', instanceId)
    .where('status', '=', 'running')
    .returning(['ownerId', 'booking', 'continuation'])
    .executeTakeFirst()
  if (!saved) return (await isEndedBy(tx, ended.generationId, instanceId)) ? 'before' : 'lost'
  await tx
    .updateTable('messages')
    .set({ parts: JSON.stringify(ended.parts) })
    .where('id', '=', ended.messageId)
    .execute()
  await tx.deleteFrom('generationPieces').where('generationId', '=', ended.generationId).execute()
  await tx
    .updateTable('conversations')
    .set({ updatedAt: ended.endedAt, ...(saved.continuation > 0 ? { revision: sql<number>`revision + 1` } : {}) })
    .where('id', '=', ended.conversationId)
    .execute()
  return saved
}

/** Whether somebody has had an answer of a model by this provider. */
export async function hasUsed(ownerId: string, providerId: string, model: string): Promise<boolean> {
  const row = await database()
    .selectFrom('generations')
    .select('id')
    .where('ownerId', '=', ownerId)
    .where('providerId', '=', providerId)
    .where('model', '=', model)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** @throws {Refused} 429 when a person has more running than is allowed. */
async function checkStreams(tx: Database, ownerId: string, streams: number): Promise<void> {
  await advisoryLock(tx, ownerId)
  if ((await running(tx, ownerId)) <= streams) return
  const replies = `${streams} ${streams === 1 ? 'reply' : 'replies'}`
  const waiting = streams === 1 ? 'Wait for it to finish or stop it.' : 'Wait for one to finish or stop one.'
  throw new Refused(
    429,
    {
      kind: 'rate_limit',
      message: `You already have ${replies} running, which is the limit. ${waiting}`,
      retryable: true,
    },
    { 'Retry-After': '5' },
  )
}

/** @throws {Refused} 429 when everybody together has more running than is allowed. */
async function checkServerStreams(tx: Database, streams: number): Promise<void> {
  await advisoryLock(tx, 'starts of everybody')
  if ((await running(tx)) <= streams) return
  throw new Refused(
    429,
    {
      kind: 'rate_limit',
      message: `This server is already running ${streams} ${streams === 1 ? 'reply' : 'replies'}, which is its limit. Try again shortly.`,
      retryable: true,
    },
    { 'Retry-After': '5' },
  )
}

/** How many answers are being written, of a person's or of all. */
async function running(tx: Database, ownerId?: string): Promise<number> {
  const { count } = await tx
    .selectFrom('generations')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('status', '=', 'running')
    .$if(ownerId !== undefined, (query) => query.where('ownerId', '=', ownerId ?? ''))
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function isEndedBy(tx: Database, generationId: string, instanceId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('generations')
    .select('id')
    .where('id', '=', generationId)
    .where('instanceId', '=', instanceId)
    .executeTakeFirst()
  return row !== undefined
}

/** The pieces of a generation that has not been joined, in order: those that may hold an event after a `seq`. */
export async function readPieces(db: Database, generationId: string, after: number): Promise<Piece[]> {
  const before = db
    .selectFrom('generationPieces')
    .select((eb) => eb.fn.max('firstSeq').as('firstSeq'))
    .where('generationId', '=', generationId)
    .where('firstSeq', '<=', after + 1)
  return await db
    .selectFrom('generationPieces')
    .selectAll()
    .where('generationId', '=', generationId)
    .where('firstSeq', '>=', (eb) => eb.fn.coalesce(before, eb.lit(0)))
    .orderBy('firstSeq')
    .execute()
}

/** The generations of a conversation that have not ended. */
export async function runningIn(db: Database, conversationId: string): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('conversationId', '=', conversationId)
    .where('status', '=', 'running')
    .execute()
}
