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
  let { id: parentId } = last.get(conversationId)
  const parts = (text) => JSON.stringify([{ type: 'text', text }])
  const turns = []
  file.exec('BEGIN')
  for (let place = 0; place < count; place++) {
    const { prompt, reply } = textOf(place)
    const turn = { promptId: uuidv7(), replyId: uuidv7() }
    const now = Date.now()
    message.run(turn.promptId, conversationId, ownerId, parentId, 'user', parts(prompt), now)
    message.run(turn.replyId, conversationId, ownerId, turn.promptId, 'assistant', parts(reply), now)
    generation.run(uuidv7(), uuidv7(), turn.promptId, turn.replyId, conversationId)
    parentId = turn.replyId
    turns.push(turn)
  }
  file.exec('COMMIT')
  file.close()
  return turns
}
