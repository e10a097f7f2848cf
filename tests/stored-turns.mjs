// Turns put straight into the database of a Rill on the embedded engine: thousands would take too long to ask for.
import { join } from 'node:path'
import Libsql from 'libsql'
import { v7 as uuidv7 } from 'uuid'

/**
 * Adds turns to the end of a conversation that has an answer already, as more of its kind.
 * @param {string} dataDir the data folder of the Rill, which may be running
 * @param {string} conversationId
 * @param {number} count
 * @param {(place: number) => { prompt: string, reply: string }} textOf each prompt and reply, by the place of its turn, from 0
 * @returns {{ promptId: string, replyId: string }[]}
 */
export function addTurns(dataDir, conversationId, count, textOf) {
  return writing(dataDir, conversationId, ({ lastId, addPrompt, addReply }) => {
    let parentId = lastId
    return Array.from({ length: count }, (_, place) => {
      const { prompt, reply } = textOf(place)
      const promptId = addPrompt(parentId, prompt)
      parentId = addReply(promptId, reply)
      return { promptId, replyId: parentId }
    })
  })
}

/**
 * Adds replies to a prompt of such a conversation: each is a branch of its own.
 * @param {string} dataDir
 * @param {string} conversationId
 * @param {string} promptId
 * @param {string[]} replies
 * @returns {string[]} their ids
 */
export function addReplies(dataDir, conversationId, promptId, replies) {
  return writing(dataDir, conversationId, ({ addReply }) => replies.map((reply) => addReply(promptId, reply)))
}

/** Gives what adds messages to a conversation, all of them at once. */
function writing(dataDir, conversationId, write) {
  const file = new Libsql(join(dataDir, 'rill.db'))
  file.exec('PRAGMA busy_timeout = 5000')
  const message = file.prepare(
    'INSERT INTO messages (id, conversation_id, owner_id, parent_id, role, parts, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const columns =
    'owner_id, conversation_id, instance_id, provider_id, model, status, finish_reason, usage, outline, started_at, first_token_at, ended_at'
  const generation = file.prepare(
    `INSERT INTO generations (id, turn_id, user_message_id, message_id, ${columns}) SELECT ?, ?, ?, ?, ${columns} FROM generations WHERE conversation_id = ? LIMIT 1`,
  )
  const { owner_id: ownerId } = file.prepare('SELECT owner_id FROM conversations WHERE id = ?').get(conversationId)
  const last = file.prepare('SELECT id FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT 1')
  const add = (parentId, role, text) => {
    const id = uuidv7()
    message.run(id, conversationId, ownerId, parentId, role, JSON.stringify([{ type: 'text', text }]), Date.now())
    return id
  }
  file.exec('BEGIN')
  const written = write({
    lastId: last.get(conversationId).id,
    addPrompt: (parentId, text) => add(parentId, 'user', text),
    addReply(promptId, text) {
      const replyId = add(promptId, 'assistant', text)
      generation.run(uuidv7(), uuidv7(), promptId, replyId, conversationId)
      return replyId
    },
  })
  file.exec('COMMIT')
  file.close()
  return written
}
