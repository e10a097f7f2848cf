import 'server-only'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { ConversationSummary } from '@/lib/protocol/api'
import type { Money } from '@/lib/protocol/billing/money'
import { badRequest } from '@/lib/refused'
import { readReservation } from './billing/spending'
import { database } from './client'
import type { ConversationKind, ConversationRow, GenerationRow } from './schema'
import { RESTORE_WINDOW_MS } from './sweeps'

/** The title of a conversation until it gets one. */
export const untitled = 'New conversation'

type RunningRow = Pick<GenerationRow, 'id' | 'conversationId'>

/** A page of a person's conversations or Lab runs, newest first. `cursor` is the previous page's `nextCursor`. */
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
  const running = await runningGenerations(shown)
  return {
    conversations: shown.map((row) => toSummary(row, running)),
    nextCursor: last && rows.length > page.limit ? `${last.updatedAt}.${last.id}` : null,
  }
}

/** The summary of a conversation, with its running generations. */
export async function conversationSummary(row: ConversationRow): Promise<ConversationSummary> {
  return toSummary(row, await runningGenerations([row]))
}

async function runningGenerations(rows: ConversationRow[]): Promise<RunningRow[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  return await database()
    .selectFrom('generations')
    .select(['id', 'conversationId'])
    .where('status', '=', 'running')
    .where('conversationId', 'in', ids)
    .execute()
}

function toSummary(row: ConversationRow, running: RunningRow[]): ConversationSummary {
  const { id, kind, title, model, createdAt, updatedAt } = row
  const own = running.filter((generation) => generation.conversationId === id)
  return { id, kind, title, model, createdAt, updatedAt, running: own.map((generation) => generation.id) }
}

/** Creates an empty conversation. */
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
  return toSummary(row, [])
}

/** The model of a person's most recent conversation; null if there is none. */
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

/** Renames a conversation or changes its model. The caller has checked the owner. */
export async function updateConversation(id: string, change: { title?: string; model?: string }): Promise<void> {
  if (Object.keys(change).length === 0) return
  await database().updateTable('conversations').set(change).where('id', '=', id).execute()
}

/** Marks a conversation as deleted; it can be restored for a day. The caller has checked the owner. */
export async function deleteConversation(id: string): Promise<void> {
  await database().updateTable('conversations').set({ deletedAt: Date.now() }).where('id', '=', id).execute()
}

/** Whether a conversation is marked as deleted, or gone. */
export async function isDeleted(id: string): Promise<boolean> {
  const row = await database().selectFrom('conversations').select('deletedAt').where('id', '=', id).executeTakeFirst()
  return row === undefined || row.deletedAt !== null
}

/** Restores this owner's conversation if it was deleted within the last day. */
export async function restoreConversation(id: string, ownerId: string): Promise<void> {
  await database()
    .updateTable('conversations')
    .set({ deletedAt: null })
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    // The sweep may have removed parts of an older one.
    .where('deletedAt', '>=', Date.now() - RESTORE_WINDOW_MS)
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
 * What a conversation's dollar total leaves out: the number of its generations without a price, and the costs in currencies
 * without an exchange rate at the time.
 */
export async function costsOutsideDollars(conversationId: string): Promise<{ unpriced: number; costs: Money[] }> {
  const rows = await database()
    .selectFrom('generations')
    // As text, since it may exceed 2^53.
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
