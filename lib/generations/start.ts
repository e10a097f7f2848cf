import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { database } from '@/lib/database/client'
import { titleOf } from '@/lib/database/conversations'
import { generationOfTurn, insertTurn, type StartingTurn } from '@/lib/database/generations'
import { branchTo, newestMessageId, parseParts } from '@/lib/database/messages'
import { ownedConversation, ownedMessage } from '@/lib/database/ownership'
import type { ConversationRow, GenerationRow } from '@/lib/database/schema'
import type { StartData } from '@/lib/protocol/events'
import { type Part, textOf } from '@/lib/protocol/messages'
import { resolveModel } from '@/lib/providers/resolve'
import { Refused } from '@/lib/refused'
import type { ChatMessage } from '@/lib/upstream/connection'
import { runs } from './runs'

/** A prompt and where it goes. */
export interface Turn {
  /** None begins a conversation. */
  conversationId?: string
  /** The message the prompt follows; null is the root, none is the newest message. */
  parentId?: string | null
  /** Made by the client: the same one again is the same generation. */
  turnId: string
  text: string
  model?: string
  settings?: { system?: string; temperature?: number; maxTokens?: number }
  stream: boolean
}

/**
 * Adds a prompt to a conversation and starts the generation that answers it. The generation lives on in this process
 * whatever becomes of the request. A turn that was started before is not started again: its generation is given back.
 * @throws {Refused} 404 for a conversation or parent that is not this owner's, 400 for a model that nobody offers,
 * 503 when the server is shutting down.
 */
export async function startTurn(ownerId: string, turn: Turn): Promise<StartData> {
  const db = database()
  const before = await generationOfTurn(db, ownerId, turn.turnId)
  if (before) return startOf(before)
  const { closing } = runs()
  if (closing) throw new Refused(503, closing, { 'Retry-After': '5' })

  const { connection, model, reference } = await resolveModel(ownerId, turn.model)
  const conversation = turn.conversationId ? await ownedConversation(turn.conversationId, ownerId) : null
  const parentId = await parentOf(conversation, turn.parentId)
  const rows = rowsOf(ownerId, turn, { conversation, parentId, reference, providerId: connection.providerId })
  const messages = await messagesFor(turn, parentId)
  try {
    await insertTurn(db, rows)
  } catch (error) {
    // The same turn may have been sent twice at once: the unique constraint let one in.
    const other = await generationOfTurn(db, ownerId, turn.turnId)
    if (other) return startOf(other)
    throw error
  }
  const start = startOf(rows.generation)
  const { temperature, maxTokens } = turn.settings ?? {}
  runs().start(start, connection, { model, messages, stream: turn.stream, temperature, maxTokens })
  return start
}

async function parentOf(
  conversation: ConversationRow | null,
  parentId: string | null | undefined,
): Promise<string | null> {
  if (!conversation || parentId === null) return null
  if (parentId === undefined) return await newestMessageId(conversation.id)
  return (await ownedMessage(parentId, conversation)).id
}

async function messagesFor(turn: Turn, parentId: string | null): Promise<ChatMessage[]> {
  const earlier = (await branchTo(parentId)).flatMap((row): ChatMessage[] => {
    // Error and reasoning parts never go back to a model, and an empty reply would be refused by many.
    const content = textOf(parseParts(row.parts))
    return content === '' ? [] : [{ role: row.role, content }]
  })
  const system: ChatMessage[] = turn.settings?.system ? [{ role: 'system', content: turn.settings.system }] : []
  return [...system, ...earlier, { role: 'user', content: turn.text }]
}

function rowsOf(
  ownerId: string,
  turn: Turn,
  place: { conversation: ConversationRow | null; parentId: string | null; reference: string; providerId: string },
): StartingTurn {
  const now = Date.now()
  const conversationId = place.conversation?.id ?? uuidv7()
  const userMessageId = uuidv7()
  const messageId = uuidv7()
  const prompt: Part[] = [{ type: 'text', text: turn.text }]
  const common = { conversationId, ownerId, createdAt: now }
  return {
    conversation: place.conversation
      ? null
      : {
          id: conversationId,
          ownerId,
          title: titleOf(turn.text),
          model: place.reference,
          createdAt: now,
          updatedAt: now,
          deletedAt: null,
        },
    userMessage: {
      ...common,
      id: userMessageId,
      parentId: place.parentId,
      role: 'user',
      parts: JSON.stringify(prompt),
    },
    reply: { ...common, id: messageId, parentId: userMessageId, role: 'assistant', parts: '[]' },
    generation: {
      id: uuidv7(),
      ownerId,
      conversationId,
      userMessageId,
      messageId,
      turnId: turn.turnId,
      instanceId: runs().instanceId,
      providerId: place.providerId,
      model: place.reference,
      status: 'running',
      finishReason: null,
      usage: null,
      outline: null,
      startedAt: now,
      firstTokenAt: null,
      endedAt: null,
    },
  }
}

function startOf(row: GenerationRow): StartData {
  return {
    generationId: row.id,
    conversationId: row.conversationId,
    userMessageId: row.userMessageId,
    messageId: row.messageId,
    model: row.model,
  }
}
