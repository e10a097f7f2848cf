import { v7 as uuidv7 } from 'uuid'
import { database } from '@/lib/database/client'
import { saveCheckpoint } from '@/lib/database/generations/checkpoints'
import type { GenerationRow, MessageRow } from '@/lib/database/schema'
import type { ErrorKind } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'

/** A reply and its state. */
export interface Reply {
  parts: Part[]
  status?: string
  finishReason?: string | null
}

export const text = (words: string): Part => ({ type: 'text', text: words })
export const thought = (words: string): Part => ({ type: 'reasoning', text: words })
export const problem = (kind: ErrorKind): Part => ({
  type: 'error',
  problem: { kind, message: 'It went wrong.', retryable: false },
})

const ownerId = 'somebody'
const instanceId = 'this-one'

/** A conversation in the database, to which a test adds messages. */
export async function newConversation() {
  const conversationId = uuidv7()
  const row = { id: conversationId, ownerId, title: 'Title', model: null, createdAt: 1, updatedAt: 1, deletedAt: null }
  await database().insertInto('conversations').values(row).execute()

  async function add(role: MessageRow['role'], parentId: string | null, parts: Part[]): Promise<string> {
    const id = uuidv7()
    const message = { id, conversationId, ownerId, parentId, role, parts: JSON.stringify(parts), createdAt: 1 }
    await database().insertInto('messages').values(message).execute()
    return id
  }
  async function addGeneration(userMessageId: string, messageId: string, row: Partial<GenerationRow>): Promise<string> {
    const id = uuidv7()
    const more = { kind: 'answer' as const, attempts: 1, startedAt: 1, textBefore: 0, reasoningBefore: 0 }
    const model = { providerId: 'demo', model: 'demo:rill-demo', status: 'completed', continuation: 0, ...more, ...row }
    const place = { id, turnId: id, ownerId, conversationId, userMessageId, messageId, instanceId }
    await database()
      .insertInto('generations')
      .values({ ...model, ...place })
      .execute()
    return id
  }
  return {
    id: conversationId,
    prompt: (parentId: string | null, words: string) => add('user', parentId, [text(words)]),
    async reply(promptId: string, { parts, status = 'completed', finishReason = null }: Reply): Promise<string> {
      const id = await add('assistant', promptId, parts)
      await addGeneration(promptId, id, { status, finishReason })
      return id
    },
    /** Continues a reply, which then has these parts. */
    async continue(promptId: string, messageId: string, parts: Part[], continuation = 1): Promise<void> {
      const generationId = await addGeneration(promptId, messageId, {
        status: 'running',
        kind: 'continue',
        continuation,
      })
      const ending = { status: 'completed' as const, finishReason: 'stop', usage: null, bill: null, eventIndex: '[]' }
      const ended = { generationId, messageId, conversationId, parts, firstTokenAt: 2, endedAt: 3, ...ending }
      await saveCheckpoint(database(), instanceId, { pieces: [], ended: [ended] })
    },
  }
}
