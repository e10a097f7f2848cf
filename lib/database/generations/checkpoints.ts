import 'server-only'
import { sql } from 'kysely'
import type { Money } from '@/lib/protocol/billing/money'
import type { GenerationStatus, Usage } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'
import { addToRollups } from '../billing/rollups'
import {
  type Amounts,
  type Capture,
  capture,
  type ReservationRecord,
  readReservation,
  SERVER,
  zero,
} from '../billing/spending'
import { type Database, engine } from '../client'
import type { GenerationPieceRow, GenerationRow } from '../schema'

export type Piece = GenerationPieceRow

/** How a generation ended, with everything that its rows need. */
export interface EndedGeneration {
  generationId: string
  messageId: string
  conversationId: string
  parts: Part[]
  status: GenerationStatus
  finishReason: string | null
  usage: Usage | null
  /** Null if it started without a reservation, in an early version. */
  bill: Bill | null
  /** JSON: `EventIndex`. */
  eventIndex: string
  firstTokenAt: number | null
  endedAt: number
}

/** The cost of a generation. */
export interface Bill {
  /** What its owner's budgets are charged. */
  spent: Amounts
  /** The number of requests to the provider. */
  attempts: number
  /** In the price's currency; null if the price is unknown. */
  cost: Money | null
  /** What the operator's own budget is charged. */
  serverSpent?: Amounts | undefined
}

/**
 * Saves one tick of an instance's checkpoints in one transaction: pieces of running generations, and the rows of those that
 * have ended.
 * @returns the ids of generations that no longer belong to this instance: they were deleted, or another instance took this
 * one for dead and ended them. Nothing is saved of these.
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
      else if (saved !== 'duplicate') {
        const { ownerId, booking } = saved
        endedNow.push(each.generationId)
        // Use the row's reservation: `extendReservation` may have increased it since the start.
        if (each.bill && booking) captures.push(...capturesOf(ownerId, readReservation(booking), each.bill))
      }
    }
    // Last, to hold these contended rows briefly, and in the same order on every instance, to avoid deadlocks.
    await addToRollups(tx, endedNow)
    await capture(tx, captures)
  })
  return lost
}

/** What the owner's budgets and the operator's own are charged for a generation. */
function capturesOf(ownerId: string, reservation: ReservationRecord, { spent, serverSpent = zero }: Bill): Capture[] {
  const { server } = reservation
  if (!server) return [{ ownerId, reservation, spent }]
  const serverReservation = {
    scopes: [server.scope],
    held: [server.scope],
    reserved: { picos: server.picos, tokens: 0n },
  }
  return [
    { ownerId, reservation, spent },
    { ownerId: SERVER, reservation: serverReservation, spent: serverSpent },
  ]
}

/**
 * Passes all rows in one parameter, so that the statement is compiled and prepared once. A retry of a save whose confirmation
 * was lost replaces the piece, which may have more events by then.
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
 * Saves an end, and returns the generation's owner and reservation. Returns `duplicate`, and changes nothing, if an earlier
 * save succeeded without confirmation; the message may have been continued since. Returns `lost` if the generation isn't
 * this instance's any more.
 */
async function saveEnd(
  tx: Database,
  ended: EndedGeneration,
  instanceId: string,
): Promise<Pick<GenerationRow, 'ownerId' | 'booking'> | 'duplicate' | 'lost'> {
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
      outline: ended.eventIndex,
      firstTokenAt: ended.firstTokenAt,
      endedAt: ended.endedAt,
    })
    .where('id', '=', ended.generationId)
    .where('instanceId', '=', instanceId)
    .where('status', '=', 'running')
    .returning(['ownerId', 'booking', 'continuation'])
    .executeTakeFirst()
  if (!saved) return (await isEndedBy(tx, ended.generationId, instanceId)) ? 'duplicate' : 'lost'
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

async function isEndedBy(tx: Database, generationId: string, instanceId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('generations')
    .select('id')
    .where('id', '=', generationId)
    .where('instanceId', '=', instanceId)
    .executeTakeFirst()
  return row !== undefined
}

/** The pieces of a running generation that may hold events after a `seq`, in order. */
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
