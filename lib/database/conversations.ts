import 'server-only'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { ConversationSummary } from '@/lib/protocol/api'
import type { Money } from '@/lib/protocol/billing/money'
import { badRequest } from '@/lib/refused'
import { readReservation } from './billing/spending'
import { database } from './client'
import type { ConversationKind, ConversationRow, GenerationRow } from './schema'
import { UNDO_MS } from './sweeps'

/** The title of a conversation that nobody has given any. */
export const untitled = 'New conversation'

type RunningRow = Pick<GenerationRow, 'id' | 'conversationId'>

/** A page of a person's conversations, or of their Lab runs, newest first. `cursor` is what the page before gave as `nextCursor`. */
export async function listConversations(
  ownerId: string,
  page: { cursor?: string; limit: number; kind?: ConversationKind },
): Promise<{ conversations: ConversationSummary[]; nextCursor: string | null }> {
  let query = database()
    .selectFrom('conversations')
    .selectAll()
    .where('ownerId', '=', ownerId)
    .where('kind', '=', page.kind ?? 'chat')
    .where('deletedAt', 'is', null)
    .orderBy('updatedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
  if (page.cursor !== undefined) {
    const { updatedAt, id } = parseCursor(page.cursor)
    query = query.where(({ eb, or, and }) =>
      or([eb('updatedAt', '<', updatedAt), and([eb('updatedAt', '=', updatedAt), eb('id', '<', id)])]),
    )
  }
  const rows = await query.execute()
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const running = await runningIn(shown)
  return {
    conversations: shown.map((row) => summaryOf(row, running)),
    nextCursor: last && rows.length > page.limit ? `${last.updatedAt}.${last.id}` : null,
  }
}

/** A conversation's row as the page sees it, with what is running in it. */
export async function conversationSummary(row: ConversationRow): Promise<ConversationSummary> {
  return summaryOf(row, await runningIn([row]))
}

async function runningIn(rows: ConversationRow[]): Promise<RunningRow[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  return await database()
    .selectFrom('generations')
    .select(['id', 'conversationId'])
    .where('status', '=', 'running')
    .where('conversationId', 'in', ids)
    .execute()
}

function summaryOf(row: ConversationRow, running: RunningRow[]): ConversationSummary {
  const { id, kind, title, model, createdAt, updatedAt } = row
  const own = running.filter((generation) => generation.conversationId === id)
  return { id, kind, title, model, createdAt, updatedAt, running: own.map((generation) => generation.id) }
}

/** Makes an empty conversation. */
export async function createConversation(
  ownerId: string,
  given: { title?: string; model?: string; kind?: ConversationKind },
): Promise<ConversationSummary> {
  const now = Date.now()
  const row: ConversationRow = {
    id: uuidv7(),
    ownerId,
    kind: given.kind ?? 'chat',
    title: given.title ?? untitled,
    model: given.model ?? null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
  await database().insertInto('conversations').values(row).execute()
  return summaryOf(row, [])
}

/** The model of the conversation that somebody last wrote in; null when there is none. */
export async function modelLastUsed(ownerId: string): Promise<string | null> {
  const row = await database()
    .selectFrom('conversations')
    .select('model')
    .where('ownerId', '=', ownerId)
    .where('deletedAt', 'is', null)
    .where('model', 'is not', null)
    .orderBy('updatedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.model ?? null
}

/** Renames a conversation or changes its model. The caller has checked whose it is. */
export async function updateConversation(id: string, change: { title?: string; model?: string }): Promise<void> {
  if (Object.keys(change).length === 0) return
  await database().updateTable('conversations').set(change).where('id', '=', id).execute()
}

/** Hides a conversation; it can be brought back for a day. The caller has checked whose it is. */
export async function deleteConversation(id: string): Promise<void> {
  await database().updateTable('conversations').set({ deletedAt: Date.now() }).where('id', '=', id).execute()
}

/** Whether a conversation is deleted, for now or for good. */
export async function isDeleted(id: string): Promise<boolean> {
  const row = await database().selectFrom('conversations').select('deletedAt').where('id', '=', id).executeTakeFirst()
  return row === undefined || row.deletedAt !== null
}

/** Brings a conversation back that was deleted a day ago at most, if it is this owner's. */
export async function restoreConversation(id: string, ownerId: string): Promise<void> {
  await database()
    .updateTable('conversations')
    .set({ deletedAt: null })
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    // An older one may be half swept.
    .where('deletedAt', '>=', Date.now() - UNDO_MS)
    .execute()
}

function parseCursor(cursor: string): { updatedAt: number; id: string } {
  const [updatedAt, id] = cursor.split('.')
  if (!updatedAt || !id || !Number.isSafeInteger(Number(updatedAt))) {
    throw badRequest('cursor', 'This cursor didn’t come from this list.')
  }
  return { updatedAt: Number(updatedAt), id }
}

/**
 * What a conversation's dollars do not hold: how many of its generations ended without a price, and what those cost that
 * no rate of their time tells in dollars.
 */
export async function costsOutsideDollars(conversationId: string): Promise<{ unpriced: number; costs: Money[] }> {
  const rows = await database()
    .selectFrom('generations')
    // As text: a number may not hold it.
    .select(['costCurrency', 'booking', sql<string | null>`cast(cost_picos as text)`.as('picos')])
    .where('conversationId', '=', conversationId)
    .where('endedAt', 'is not', null)
    .where('usage', 'is not', null)
    .where(({ eb, or, and }) =>
      or([eb('price', 'is', null), and([eb('costCurrency', '<>', 'USD'), eb('costPicos', '<>', 0n)])]),
    )
    .execute()
  const costs: Money[] = []
  let unpriced = 0
  for (const { costCurrency: currency, booking, picos } of rows) {
    if (currency === null || picos === null) unpriced++
    else if (booking === null || readReservation(booking).rate.currency !== currency)
      costs.push({ picos: BigInt(picos), currency })
  }
  return { unpriced, costs }
}
