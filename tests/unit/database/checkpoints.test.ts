import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { capture, MAX_PICOS, zero } from '@/lib/database/billing/spending'
import type { Database } from '@/lib/database/client'
import { saveCheckpoint } from '@/lib/database/generations/checkpoints'
import { insertGeneration } from '@/lib/database/generations/starts'
import { migrate } from '@/lib/database/migrate'
import { openSqlite } from '@/lib/database/sqlite'

const folder = mkdtempSync(join(tmpdir(), 'rill-checkpoints-'))
let db: Database
beforeAll(async () => {
  db = openSqlite(folder)
  await migrate(db)
})
afterAll(async () => {
  await db.destroy()
  rmSync(folder, { recursive: true, force: true })
})

const ownerId = 'somebody'
const common = { conversationId: 'conversation', ownerId, createdAt: 1 }
const started = {
  textBefore: 0,
  reasoningBefore: 0,
  ownerId,
  conversationId: 'conversation',
  userMessageId: 'prompt',
  messageId: 'reply',
  settings: null,
  providerId: 'demo',
  model: 'demo:rill-demo',
  status: 'running',
  finishReason: null,
  usage: null,
  kind: 'answer' as const,
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
  startedAt: 1,
  firstTokenAt: null,
  endedAt: null,
}
const end = (generationId: string, text: string) => ({
  generationId,
  messageId: 'reply',
  conversationId: 'conversation',
  parts: [{ type: 'text' as const, text }],
  status: 'interrupted' as const,
  finishReason: null,
  usage: null,
  bill: null,
  eventIndex: '[]',
  firstTokenAt: null,
  endedAt: 2,
})

const unlimited = { holds: [], streams: 0 }

test('saving an end again, after a lost confirmation, doesn’t overwrite a continuation', async () => {
  const conversation = {
    id: 'conversation',
    ownerId,
    kind: 'chat' as const,
    title: '',
    model: null,
    createdAt: 1,
    updatedAt: 1,
    deletedAt: null,
  }
  await insertGeneration(
    db,
    {
      conversation,
      messages: [
        { ...common, id: 'prompt', parentId: null, role: 'user', parts: '[]' },
        { ...common, id: 'reply', parentId: 'prompt', role: 'assistant', parts: '[]' },
      ],
      generation: { ...started, id: 'first', turnId: 'one', continuation: 0, instanceId: 'here' },
    },
    unlimited,
  )
  const save = (generationId: string, text: string, instanceId: string) =>
    saveCheckpoint(db, instanceId, { pieces: [], ended: [end(generationId, text)] })
  await save('first', 'cut', 'here')
  await insertGeneration(
    db,
    {
      conversation: null,
      messages: [],
      generation: { ...started, id: 'second', turnId: 'two', continuation: 1, instanceId: 'elsewhere' },
    },
    unlimited,
  )
  await save('second', 'cut and continued', 'elsewhere')

  // Not lost: it belonged to this instance, which ended it.
  expect(await save('first', 'cut', 'here')).toEqual(new Set())
  expect(await save('first', 'cut', 'elsewhere')).toEqual(new Set(['first']))
  const { parts } = await db.selectFrom('messages').select('parts').where('id', '=', 'reply').executeTakeFirstOrThrow()
  expect(parts).toContain('cut and continued')
})

test('spending is capped at what a column holds', async () => {
  const reservation = { scopes: ['month:2026-11'], held: [], reserved: zero }
  const expensive = { ownerId, reservation, spent: { picos: MAX_PICOS, tokens: 1n } }
  for (let count = 0; count < 11; count++) await capture(db, Array(10).fill(expensive))
  const { rows } = await sql`
    select cast(spent_picos as text) as picos, spent_tokens as tokens from spending where scope = 'month:2026-11'
  `.execute(db)
  expect(rows).toEqual([{ picos: `${9n * MAX_PICOS}`, tokens: 110 }])
})
