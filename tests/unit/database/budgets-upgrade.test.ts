import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mergeChoices } from '@/lib/database/accounts/merge-choices'
import { database } from '@/lib/database/client'
import { log } from '@/lib/log'
import { migrateTo } from '../../earlier'

const dataDir = mkdtempSync(join(tmpdir(), 'rill-budgets-'))
beforeAll(() => vi.stubEnv('DATA_DIR', dataDir))
afterAll(async () => {
  await database().destroy()
  rmSync(dataDir, { recursive: true, force: true })
})

const tokens = (scope: string, amount: string) => ({ scope, measure: 'tokens', amount, currency: null })

async function limits() {
  const { rows } = await sql<{ id: string; ownerId: string; budget: string }>`
    select id, owner_id, budget from budget_limits order by owner_id, id`.execute(database())
  return rows.map(({ budget, ...row }) => ({ ...row, budget: JSON.parse(budget) }))
}

test('an old list of budgets is copied without invalid ones; when two conflict, the one that is replaced is logged', async () => {
  const db = database()
  await migrateTo(db, '0010_conversation_revisions')
  const [day, month, others] = [tokens('day', '100'), tokens('month', '2000'), tokens('day', '300')]
  for (const [owner, budgets] of [
    ['ann', [day, { scope: 'week' }, null, 'odd', [], { scope: 'conversation', measure: 'tokens' }, month]],
    ['bob', [others]],
    ['cid', { not: 'a list' }],
  ] as const)
    await sql`insert into budgets (owner_id, budgets) values (${owner}, ${JSON.stringify(budgets)})`.execute(db)
  await migrateTo(db, '9999')
  const copied = await limits()
  expect(copied.map(({ ownerId, budget }) => [ownerId, budget])).toEqual([
    ['ann', day],
    ['ann', month],
    ['bob', others],
  ])

  const warned = vi.spyOn(log(), 'warn')
  await db.transaction().execute((tx) => mergeChoices(tx, ['ann', 'bob'], 'ann'))
  expect((await limits()).map(({ budget }) => budget)).toEqual([day, month])
  const [kept, , lost] = copied.map(({ id }) => id)
  expect(warned.mock.calls.map(([fields]) => fields)).toEqual([{ ownerId: 'bob', budgetId: lost, keptId: kept }])
})
