import { join } from 'node:path'
import Libsql from 'libsql'
import { v7 as uuidv7 } from 'uuid'
import type { RillServer } from '../rill-server'

/** One prompt and its reply, as they are stored. */
export interface StoredTurn {
  promptId: string
  replyId: string
}

/**
 * Adds turns to the end of a conversation, straight into the database of a Rill on the embedded engine: thousands would
 * take too long to ask for. `textOf` gives each prompt and reply by the place of its turn, from 0.
 */
export function addTurns(
  { dataDir }: RillServer,
  conversationId: string,
  count: number,
  textOf: (place: number) => { prompt: string; reply: string },
): StoredTurn[] {
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
  const ownerId = one(file, 'SELECT owner_id AS found FROM conversations WHERE id = ?', conversationId)
  let parentId = one(
    file,
    'SELECT id AS found FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT 1',
    conversationId,
  )
  const parts = (text: string) => JSON.stringify([{ type: 'text', text }])
  const turns: StoredTurn[] = []
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

function one(file: InstanceType<typeof Libsql>, sql: string, conversationId: string): string {
  const row: unknown = file.prepare(sql).get(conversationId)
  if (typeof row !== 'object' || row === null || !('found' in row) || typeof row.found !== 'string')
    throw new Error(`There is no conversation ${conversationId}.`)
  return row.found
}
