import { setImmediate as otherWork } from 'node:timers/promises'
import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, database } from '@/lib/database/client'
import { restoreConversation } from '@/lib/database/conversations'
import { sweepDeleted } from '@/lib/database/sweeps'
import { ownDatabase } from './own-database'

const DAY_MS = 24 * 60 * 60 * 1000
ownDatabase()
let db: Database
beforeAll(() => {
  db = database()
})
beforeEach(async () => {
  await db.deleteFrom('conversations').execute()
})

/** Inserts a conversation that is one long branch, with a generation per reply. */
async function fill(id: string, deletedAt: number | null, messages: number): Promise<void> {
  await db
    .insertInto('conversations')
    .values({ id, ownerId: 'ann', title: id, model: null, createdAt: 1, updatedAt: 1, deletedAt })
    .execute()
  const numbers = sql`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${sql.lit(messages - 1)})`
  const name = (number: string) => sql.raw(`'${id}-' || printf('%06d', ${number})`)
  await sql`insert into messages (id, conversation_id, owner_id, parent_id, role, parts, created_at) ${numbers}
    select ${name('i')}, ${id}, 'ann', case i when 0 then null else ${name('i - 1')} end,
    case i % 2 when 0 then 'user' else 'assistant' end, ${JSON.stringify([{ type: 'text', text: 'word '.repeat(400) }])}, 1 from n`.execute(
    db,
  )
  await sql`insert into generations (id, owner_id, conversation_id, user_message_id, message_id, turn_id, instance_id,
    provider_id, model, status, started_at) select id, 'ann', ${id}, parent_id, id, id, 'instance', 'demo', 'demo', 'completed', 1
    from messages where conversation_id = ${id} and role = 'assistant'`.execute(db)
  await sql`insert into generation_pieces (generation_id, first_seq, events) select id, 1, '[]' from generations
    where conversation_id = ${id}`.execute(db)
}

async function count(table: 'conversations' | 'messages' | 'generations' | 'generationPieces'): Promise<number> {
  const { rows } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  return rows
}

/** The times between two turns of the event loop while `work` runs. */
async function gapsOf(work: () => Promise<void>): Promise<number[]> {
  const turns = [performance.now()]
  let going = true
  const look = () => {
    turns.push(performance.now())
    if (going) setImmediate(look)
  }
  setImmediate(look)
  await work()
  going = false
  turns.push(performance.now())
  return turns.slice(1).map((at, index) => at - (turns[index] ?? at))
}

test('20,000 messages are swept in slices, and other conversations stay', async () => {
  await fill('gone', Date.now() - 2 * DAY_MS, 20_000)
  await fill('deleted today', Date.now() - DAY_MS / 2, 40)
  await fill('kept', null, 40)
  const gaps = (await gapsOf(sweepDeleted)).toSorted((one, other) => one - other)
  const took = gaps.reduce((sum, gap) => sum + gap, 0)
  expect([await count('conversations'), await count('messages')]).toEqual([2, 80])
  expect([await count('generations'), await count('generationPieces')]).toEqual([40, 40])
  // A slice takes a few milliseconds; the longest gap also includes a wait for the file system.
  const [middle, longest] = [gaps[Math.floor(gaps.length / 2)] ?? 0, gaps.at(-1) ?? 0]
  expect([middle, middle < 20]).toEqual([expect.any(Number), true])
  expect([longest, longest < took / 4]).toEqual([expect.any(Number), true])
})

test('a conversation with a running generation is swept after that has ended, since its row holds a reservation', async () => {
  await fill('left running', Date.now() - 2 * DAY_MS, 4)
  await fill('gone', Date.now() - 2 * DAY_MS, 4)
  await sql`update generations set status = 'running' where id = 'left running-000001'`.execute(db)
  await sweepDeleted()
  expect([await count('conversations'), await count('generations')]).toEqual([1, 2])
  await sql`update generations set status = 'interrupted'`.execute(db)
  await sweepDeleted()
  expect([await count('conversations'), await count('generations')]).toEqual([0, 0])
})

test('two sweeps can run at once, and between slices the database is consistent', async () => {
  await fill('gone', Date.now() - 2 * DAY_MS, 2_000)
  const first = sweepDeleted()
  const all = async () => (await count('generationPieces')) + (await count('generations')) + (await count('messages'))
  while ((await all()) > 1_500) await otherWork()
  const left = await all()
  expect(left).toBeGreaterThan(0)
  const { rows } = await sql`pragma foreign_key_check`.execute(db)
  expect(rows).toEqual([])
  await Promise.all([sweepDeleted(), first])
  expect([await count('conversations'), await all()]).toEqual([0, 0])
})

test('a conversation that is due for the sweep can’t be restored, since parts may be gone', async () => {
  await fill('gone', Date.now() - DAY_MS - 1000, 10)
  await fill('deleted today', Date.now() - DAY_MS + 60_000, 10)
  await restoreConversation('gone', 'ann')
  await restoreConversation('deleted today', 'ann')
  const shown = await db.selectFrom('conversations').select('id').where('deletedAt', 'is', null).execute()
  expect(shown).toEqual([{ id: 'deleted today' }])
})
