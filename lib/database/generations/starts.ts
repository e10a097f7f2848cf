import 'server-only'
import { notFound, Refused } from '@/lib/refused'
import { type Hold, type ReservationRecord, reserve, writeReservation } from '../billing/spending'
import { advisoryLock, type Database, database } from '../client'
import type { ConversationRow, GenerationRow, MessageRow } from '../schema'

/** The rows of a new generation. */
export interface NewGeneration {
  /** Null if the conversation exists. */
  conversation: ConversationRow | null
  /** The new messages: a prompt and its reply, another reply, or none for a continuation. */
  messages: MessageRow[]
  generation: GenerationRow
}

/** What a start reserves, and how many replies its owner, and everyone together, may have running. 0 means no limit. */
interface StartLimits {
  holds: Hold[]
  streams: number
  serverStreams?: number
}

/**
 * Inserts the rows of a new generation and reserves its maximum cost, in one transaction.
 * @throws {OverLimit} if a budget hasn't enough left
 * @throws {Refused} 404 if the conversation was deleted, 429 if too many replies are running
 * @throws the engine's unique violation if the turn, or this continuation of the reply, exists
 */
export async function insertGeneration(
  db: Database,
  rows: NewGeneration,
  { holds, streams, serverStreams = 0 }: StartLimits,
): Promise<void> {
  const { conversation, messages, generation } = rows
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
 * Increases the reservation of a generation that runs on this instance by `hold`. Does nothing if it has ended, since its
 * reservation is then captured.
 * @throws {OverLimit} if a budget hasn't enough left
 */
export async function extendReservation(
  db: Database,
  { id, instanceId }: Pick<GenerationRow, 'id' | 'instanceId'>,
  reservation: ReservationRecord,
  hold: Hold,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('generations')
      .set({ booking: writeReservation(reservation) })
      .where('id', '=', id)
      .where('instanceId', '=', instanceId)
      .where('status', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) await reserve(tx, hold)
  })
}

/** The generation of an owner's turn id, if it exists. */
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

/** The `continuation` of a message's latest generation. */
export async function newestContinuation(db: Database, messageId: string): Promise<number> {
  const { newest } = await db
    .selectFrom('generations')
    .select((eb) => eb.fn.max('continuation').as('newest'))
    .where('messageId', '=', messageId)
    .executeTakeFirstOrThrow()
  return newest
}

/** Whether a person has had a reply of a model from this provider. */
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

/** @throws {Refused} 429 if a person has more replies running than allowed. */
async function checkStreams(tx: Database, ownerId: string, streams: number): Promise<void> {
  await advisoryLock(tx, ownerId)
  if ((await countRunning(tx, ownerId)) <= streams) return
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

/** @throws {Refused} 429 if more replies are running on all instances than allowed. */
async function checkServerStreams(tx: Database, streams: number): Promise<void> {
  await advisoryLock(tx, 'starts of everybody')
  if ((await countRunning(tx)) <= streams) return
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

/** Counts the running generations of a person, or of everyone. */
async function countRunning(tx: Database, ownerId?: string): Promise<number> {
  const { count } = await tx
    .selectFrom('generations')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('status', '=', 'running')
    .$if(ownerId !== undefined, (query) => query.where('ownerId', '=', ownerId ?? ''))
    .executeTakeFirstOrThrow()
  return Number(count)
}
