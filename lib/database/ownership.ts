import 'server-only'
import { notFound } from '@/lib/refused'
import { database } from './client'
import type { ConversationRow, GenerationRow, MessageRow, ProviderRow } from './schema'

/*
 * The only place that checks whether an owner may touch a row. Each function returns the row, or throws a 404: the same
 * whether the row doesn't exist, is deleted, or belongs to someone else.
 */

/** @throws {Refused} 404 */
export async function ownedConversation(id: string, ownerId: string): Promise<ConversationRow> {
  const row = await database()
    .selectFrom('conversations')
    .selectAll()
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) throw notFound('conversation')
  return row
}

/** A message of a conversation whose owner was already checked. @throws {Refused} 404 */
export async function ownedMessage(id: string, conversation: ConversationRow): Promise<MessageRow> {
  const row = await database()
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .where('conversationId', '=', conversation.id)
    .where('ownerId', '=', conversation.ownerId)
    .executeTakeFirst()
  if (!row) throw notFound('message')
  return row
}

/** A generation without `outline`, which may be long and is only needed to replay its log. */
export type OwnedGeneration = Omit<GenerationRow, 'outline'>

const generationColumns = [
  ...(['id', 'ownerId', 'conversationId', 'userMessageId', 'messageId', 'continuation', 'textBefore'] as const),
  ...([
    'reasoningBefore',
    'turnId',
    'settings',
    'instanceId',
    'providerId',
    'model',
    'status',
    'finishReason',
  ] as const),
  ...(['usage', 'kind', 'price', 'booking', 'costPicos', 'costCurrency', 'promptTokens', 'completionTokens'] as const),
  ...(['cachedTokens', 'reasoningTokens', 'attempts', 'startedAt', 'firstTokenAt', 'endedAt'] as const),
] satisfies (keyof OwnedGeneration)[]

/** @throws {Refused} 404 */
export async function ownedGeneration(id: string, ownerId: string): Promise<OwnedGeneration> {
  const row = await database()
    .selectFrom('generations')
    .innerJoin('conversations', 'conversations.id', 'generations.conversationId')
    .select(generationColumns.map((name) => `generations.${name}` as const))
    .where('generations.id', '=', id)
    .where('generations.ownerId', '=', ownerId)
    .where('conversations.deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) throw notFound('generation')
  return row
}

/** Checks several generations. @throws {Refused} 404 for the first that isn't theirs; `field` has its index. */
export async function ownedGenerations(ids: string[], ownerId: string): Promise<void> {
  const rows = await database()
    .selectFrom('generations')
    .innerJoin('conversations', 'conversations.id', 'generations.conversationId')
    .select('generations.id')
    .where('generations.id', 'in', ids)
    .where('generations.ownerId', '=', ownerId)
    .where('conversations.deletedAt', 'is', null)
    .execute()
  const owned = new Set(rows.map(({ id }) => id))
  const missing = ids.findIndex((id) => !owned.has(id))
  if (missing >= 0) throw notFound('generation', `from.${missing}`)
}

/** @throws {Refused} 404 */
export async function ownedProvider(id: string, ownerId: string): Promise<ProviderRow> {
  const row = await database()
    .selectFrom('providers')
    .selectAll()
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirst()
  if (!row) throw notFound('provider')
  return row
}
