import 'server-only'
import { notFound } from '@/lib/refused'
import { database } from './client'
import type { ConversationRow, GenerationRow, MessageRow, ProviderRow } from './schema'

/*
 * The one place that answers "may this owner touch this row". Each function gives the row when it is theirs and throws
 * a 404 otherwise: the same for a row that does not exist, that is deleted, and that belongs to somebody else.
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

/** A message of a conversation that the caller has already been found to own. @throws {Refused} 404 */
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

/** A generation without its outline, which may be long and only the replay of its log reads. */
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

/** Checks several at once. @throws {Refused} 404 for the first that is not theirs; `field` says which in the list it is. */
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
