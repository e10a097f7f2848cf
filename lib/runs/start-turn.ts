import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { untitled } from '@/lib/database/conversations'
import { newestMessageId } from '@/lib/database/messages'
import { ownedConversation, ownedMessage } from '@/lib/database/ownership'
import type { ConversationRow, MessageRow } from '@/lib/database/schema'
import type { StartData } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'
import { titleOf } from '@/lib/protocol/title'
import { resolveModel } from '@/lib/providers/resolve'
import { emptyReply, type Prepared, type Spend, startingRow, startOnce } from './start-generation'
import type { TurnSettings } from './turn-settings'

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
  settings?: TurnSettings
  stream: boolean
}

/**
 * Adds a prompt to a conversation and starts the generation that answers it.
 * @throws {Refused} 404 for a conversation or parent that is not this owner's, 400 for a model that nobody offers,
 * 503 when the server is shutting down.
 */
export async function startTurn(ownerId: string, turn: Turn, spend: Spend): Promise<StartData> {
  return await startOnce(ownerId, turn.turnId, () => prepareTurn(ownerId, turn), spend)
}

async function prepareTurn(ownerId: string, turn: Turn): Promise<Prepared> {
  const { turnId, text, settings = {}, stream } = turn
  const resolved = await resolveModel(ownerId, turn.model)
  const known = turn.conversationId ? await ownedConversation(turn.conversationId, ownerId) : null
  const conversation = known ?? newConversation(ownerId, text, resolved.reference)
  const prompt = newPrompt(conversation, await parentOf(known, turn.parentId), text)
  const reply = emptyReply(prompt)
  return {
    rows: {
      conversation: known ? null : conversation,
      messages: [prompt, reply],
      generation: startingRow({ reply, userMessageId: prompt.id, turnId, resolved, settings, kind: 'answer' }),
    },
    resolved,
    prompt: { head: prompt.parentId, text },
    settings,
    stream,
  }
}

/** The id of the message that a prompt follows. @throws {Refused} 404 */
export async function parentOf(
  conversation: ConversationRow | null,
  parentId: string | null | undefined,
): Promise<string | null> {
  if (!conversation || parentId === null) return null
  if (parentId === undefined) return await newestMessageId(conversation.id)
  return (await ownedMessage(parentId, conversation)).id
}

function newConversation(ownerId: string, text: string, model: string): ConversationRow {
  const now = Date.now()
  return {
    id: uuidv7(),
    ownerId,
    kind: 'chat',
    title: titleOf(text) || untitled,
    model,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
}

function newPrompt({ id, ownerId }: ConversationRow, parentId: string | null, text: string): MessageRow {
  const parts: Part[] = [{ type: 'text', text }]
  return {
    id: uuidv7(),
    conversationId: id,
    ownerId,
    parentId,
    role: 'user',
    parts: JSON.stringify(parts),
    createdAt: Date.now(),
  }
}
