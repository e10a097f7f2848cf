import 'server-only'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Conversation } from '@/lib/protocol/api'
import { generationStatus, usage } from '@/lib/protocol/events'
import type { GenerationSummary, Message, Part } from '@/lib/protocol/messages'
import { part } from '@/lib/protocol/messages'
import { database } from './client'
import type { GenerationRow, MessageRow } from './schema'

const partsJson = z.array(part)

/** A message's parts out of their column. */
export function parseParts(json: string): Part[] {
  return partsJson.parse(JSON.parse(json))
}

/** What a message's summary is made of. Others of a generation's columns may be long, and a page needs none of them. */
const summaryColumns = [
  ...(['id', 'messageId', 'status', 'model', 'finishReason', 'usage', 'attempts'] as const),
  ...(['startedAt', 'firstTokenAt', 'endedAt'] as const),
] satisfies (keyof GenerationRow)[]
type SummaryRow = Pick<GenerationRow, (typeof summaryColumns)[number]>

const messageColumns = ['id', 'parentId', 'role', 'parts', 'createdAt'] as const satisfies (keyof MessageRow)[]
type ShownRow = Pick<MessageRow, (typeof messageColumns)[number]>

/** Messages of a conversation's tree, oldest first. `hasEarlier` says that others came before them. */
export type Messages = Pick<Conversation, 'messages' | 'hasEarlier'>

/**
 * Every message of a conversation's tree, each reply with the newest generation that wrote it; or only the `newest` so
 * many of them, which costs the same however many there are.
 */
export async function messagesOf(conversationId: string, newest?: number): Promise<Messages> {
  // First the generations: one that ends in between is still `running` here, and is followed to its end. A reply whose
  // turn starts in between comes with the next look.
  const generations = await generationsOf(conversationId, newest)
  let query = database()
    .selectFrom('messages')
    .select(messageColumns)
    .where('conversationId', '=', conversationId)
    .orderBy('id', 'desc')
  if (newest !== undefined) query = query.limit(newest + 1)
  const rows = await query.execute()
  const given = rows.slice(0, newest).reverse()
  return { messages: messagesIn(given, generations), hasEarlier: rows.length > given.length }
}

/** The generations that wrote a conversation's messages, or the newest of these: every one of a message, in their order. */
async function generationsOf(conversationId: string, newest?: number): Promise<SummaryRow[]> {
  const query = database().selectFrom('generations').select(summaryColumns).orderBy('continuation')
  if (newest === undefined) return await query.where('conversationId', '=', conversationId).execute()
  // By the messages alone: asked for the conversation too, SQLite would look through all that it has.
  const ids = database()
    .selectFrom('messages')
    .select('id')
    .where('conversationId', '=', conversationId)
    .orderBy('id', 'desc')
    .limit(newest)
  return await query.where('messageId', 'in', ids).execute()
}

function messagesIn(rows: ShownRow[], generations: SummaryRow[]): Message[] {
  const byMessage = new Map<string, GenerationSummary>()
  for (const row of generations) byMessage.set(row.messageId, summaryOf(row, byMessage.get(row.messageId)))
  return rows.flatMap((row) => {
    const generation = byMessage.get(row.id) ?? null
    if (row.role === 'assistant' && !generation) return []
    return {
      id: row.id,
      parentId: row.parentId,
      role: row.role,
      parts: parseParts(row.parts),
      createdAt: row.createdAt,
      generation,
    }
  })
}

/** A message's row. The caller has checked whose it is. */
export async function messageRow(id: string): Promise<MessageRow> {
  return await database().selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** A message of a branch, as far as it matters to what a model is told of it. */
export interface BranchRow extends Pick<MessageRow, 'id' | 'conversationId' | 'role' | 'parts'> {
  /** Of the newest generation that wrote it; null where none did. */
  status: string | null
  finishReason: string | null
  /** The conversation's, as the row was read. */
  revision: number
}

/** More messages than any branch has. */
const ALL = 2 ** 31 - 1

/**
 * The branch that ends with a message, from the root down; or the last `newest` messages of it, which costs the same
 * however many there are. The caller has checked whose it is.
 */
export async function branchTo(messageId: string | null, newest = ALL): Promise<BranchRow[]> {
  if (messageId === null) return []
  const { rows } = await sql<BranchRow>`
    with recursive branch as (
      select id, parent_id, 1 as place from messages where id = ${messageId}
      union all
      select messages.id, messages.parent_id, branch.place + 1
      from branch join messages on messages.id = branch.parent_id
      where branch.place < ${newest}
    )
    select messages.id, messages.conversation_id as "conversationId", messages.role, messages.parts,
      generations.status, generations.finish_reason as "finishReason", conversations.revision
    from branch
    join messages on messages.id = branch.id
    join conversations on conversations.id = messages.conversation_id
    left join generations on generations.message_id = messages.id
    order by branch.place desc, generations.continuation`
    // Renaming the columns of thousands of rows one by one would take as long as reading them.
    .execute(database().withoutPlugins())
  // One row for each generation of a message: the newest of them comes last.
  return rows.filter(({ id }, place) => rows[place + 1]?.id !== id)
}

/** The newest message of a conversation: where the next turn goes when the caller does not say. */
export async function newestMessageId(conversationId: string): Promise<string | null> {
  const row = await database()
    .selectFrom('messages')
    .select('id')
    .where('conversationId', '=', conversationId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}

/** A generation's summary; `before` is the one's that wrote the same message as far as this one found it. */
function summaryOf(row: SummaryRow, before: GenerationSummary | undefined): GenerationSummary {
  return {
    id: row.id,
    status: generationStatus.parse(row.status),
    retry: null,
    model: row.model,
    finishReason: row.finishReason,
    usage: row.usage === null ? null : usage.parse(JSON.parse(row.usage)),
    earlier: before ? [...before.earlier, ...(before.usage ? [before.usage] : [])] : [],
    attempts: row.attempts,
    cursor: 0,
    startedAt: row.startedAt,
    firstTokenAt: row.firstTokenAt,
    endedAt: row.endedAt,
  }
}
