import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { untitled } from '@/lib/database/conversations'
import { newestMessageId } from '@/lib/database/messages'
import { ownedConversation, ownedMessage } from '@/lib/database/ownership'
import type { ConversationRow, MessageRow } from '@/lib/database/schema'
import type { Part } from '@/lib/protocol/messages'
import { titleOf } from '@/lib/protocol/title'
import { resolveModel } from '@/lib/providers/resolve'
import { earlierStart, type PreparedTurn } from './start-generation'
import { emptyReply, generationRow } from './starting-rows'
import type { TurnSettings } from './turn-settings'

/** A prompt, and its place in a conversation. */
export interface Turn {
  /** Without it, the prompt begins a conversation. */
  conversationId?: string
  /** The message that the prompt follows; null for the root, by default the newest message. */
  parentId?: string | null
  /** Made by the client. The same id again is the same generation. */
  turnId: string
  text: string
  model?: string
  settings?: TurnSettings
  stream: boolean
}

/**
 * Prepares the generation that replies to a new prompt.
 * @throws {Refused} 404 for a conversation or parent that isn't this owner's, 400 for a model that nobody offers, 503 when the
 * server is shutting down.
 */
export async function prepareTurn(ownerId: string, turn: Turn): Promise<PreparedTurn> {
  const { turnId, text, settings = {}, stream } = turn
  const earlier = await earlierStart(ownerId, turnId)
  if (earlier) return { earlier }
  const resolved = await resolveModel(ownerId, turn.model)
  const known = turn.conversationId ? await ownedConversation(turn.conversationId, ownerId) : null
  const conversation = known ?? newConversation(ownerId, text, resolved.reference)
  const prompt = newPrompt(conversation, await parentOf(known, turn.parentId), text)
  const reply = emptyReply(prompt)
  const rows = {
    conversation: known ? null : conversation,
    messages: [prompt, reply],
    generation: generationRow({ reply, userMessageId: prompt.id, turnId, resolved, settings, kind: 'answer' }),
  }
  const source = { head: prompt.parentId, text }
  return { earlier: null, generation: { rows, resolved, prompt: source, settings, stream } }
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
