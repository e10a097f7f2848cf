import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import type { GenerationKind, GenerationRow, MessageRow } from '@/lib/database/schema'
import { instanceId } from '@/lib/instances/instance-id'
import { lengthsOf, type Part } from '@/lib/protocol/messages'
import type { ResolvedModel } from '@/lib/providers/resolve'
import type { TurnSettings } from './turn-settings'

/** The row of a reply that has no text yet. */
export function emptyReply({ id: parentId, conversationId, ownerId }: MessageRow): MessageRow {
  return { id: uuidv7(), conversationId, ownerId, parentId, role: 'assistant', parts: '[]', createdAt: Date.now() }
}

/** What the row of a new generation is made of. */
interface NewGeneration {
  reply: MessageRow
  userMessageId: string
  turnId: string
  resolved: ResolvedModel
  settings: TurnSettings
  kind: GenerationKind
  /** What the reply holds already, and the number of this continuation. */
  before?: Part[]
  continuation?: number
}

/** The row of a new generation. */
export function generationRow(from: NewGeneration): GenerationRow {
  const { reply, userMessageId, turnId, resolved, settings, kind, before = [], continuation = 0 } = from
  return {
    id: uuidv7(),
    ownerId: reply.ownerId,
    conversationId: reply.conversationId,
    userMessageId,
    messageId: reply.id,
    ...lengthsOf(before),
    continuation,
    turnId,
    settings: JSON.stringify(settings),
    instanceId: instanceId(),
    providerId: resolved.connection.providerId,
    model: resolved.reference,
    status: 'running',
    finishReason: null,
    usage: null,
    kind,
    price: null,
    booking: null,
    costPicos: null,
    costCurrency: null,
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    reasoningTokens: null,
    attempts: 0,
    outline: null,
    startedAt: Date.now(),
    firstTokenAt: null,
    endedAt: null,
  }
}
