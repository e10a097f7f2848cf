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

/** Parses the parts column of a message. */
export function parseParts(json: string): Part[] {
  return partsJson.parse(JSON.parse(json))
}

/** The columns of a generation's summary. Other columns may be long, and a page doesn't need them. */
const summaryColumns = [
  ...(['id', 'messageId', 'status', 'model', 'finishReason', 'usage', 'attempts'] as const),
  ...(['startedAt', 'firstTokenAt', 'endedAt'] as const),
] satisfies (keyof GenerationRow)[]
type SummaryRow = Pick<GenerationRow, (typeof summaryColumns)[number]>

const messageColumns = ['id', 'parentId', 'role', 'parts', 'createdAt'] as const satisfies (keyof MessageRow)[]
type ShownRow = Pick<MessageRow, (typeof messageColumns)[number]>

/** Messages of a conversation's tree, oldest first. `hasEarlier` says that there are older ones. */
export type Messages = Pick<Conversation, 'messages' | 'hasEarlier'>

/**
 * All messages of a conversation's tree, each reply with its latest generation. With `newest`, only that many of the newest,
 * at a cost that doesn't grow with the conversation.
 */
export async function messagesOf(conversationId: string, newest?: number): Promise<Messages> {
  // Generations first: one that ends in between is still `running` here, so the browser follows it to its end. A reply that
  // starts in between is left out until the next load.
  const generations = await generationsOf(conversationId, newest)
  let query = database()
    .selectFrom('messages')
    .select(messageColumns)
    .where('conversationId', '=', conversationId)
    .orderBy('id', 'desc')
  if (newest !== undefined) query = query.limit(newest + 1)
  const rows = await query.execute()
  const shown = rows.slice(0, newest).reverse()
  return { messages: messagesIn(shown, generations), hasEarlier: rows.length > shown.length }
}

/** The generations of a conversation's messages, or of its newest ones, in the order of continuation. */
async function generationsOf(conversationId: string, newest?: number): Promise<SummaryRow[]> {
  const query = database().selectFrom('generations').select(summaryColumns).orderBy('continuation')
  if (newest === undefined) return await query.where('conversationId', '=', conversationId).execute()
  // Not by the conversation as well: SQLite would then scan all of its generations.
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
  for (const row of generations) byMessage.set(row.messageId, toSummary(row, byMessage.get(row.messageId)))
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

/** A message's row. The caller has checked the owner. */
export async function messageRow(id: string): Promise<MessageRow> {
  return await database().selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The columns of a branch's message that a prompt is built from. */
export interface BranchRow extends Pick<MessageRow, 'id' | 'conversationId' | 'role' | 'parts'> {
  /** The status of its latest generation; null for a prompt. */
  status: string | null
  finishReason: string | null
  /** The conversation's revision when the row was read. */
  revision: number
}

const NO_LIMIT = 2 ** 31 - 1

/**
 * The branch that ends with a message, from the root. With `newest`, only that many of its last messages, at a cost that
 * doesn't grow with the branch. The caller has checked the owner.
 */
export async function branchTo(messageId: string | null, newest = NO_LIMIT): Promise<BranchRow[]> {
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
    // Without the plugin, which would take as long to rename thousands of rows as the query takes.
    .execute(database().withoutPlugins())
  // There is a row per generation of a message; the latest comes last.
  return rows.filter(({ id }, index) => rows[index + 1]?.id !== id)
}

/** The newest message of a conversation: the parent of a turn that names none. */
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

/** A generation's summary. `before` is that of the generation that this one continued. */
function toSummary(row: SummaryRow, before: GenerationSummary | undefined): GenerationSummary {
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
