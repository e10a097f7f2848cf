import 'server-only'
import { type Kysely, type Migration, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'

/*
 * Frozen: this file imports no live code, so that the migration does the same to every database.
 */

const list = z.array(z.unknown())
const entry = z.looseObject({
  scope: z.enum(['generation', 'conversation', 'batch', 'day', 'month']),
  measure: z.enum(['cost', 'tokens']),
  amount: z.string(),
  currency: z.string().nullable(),
})

/**
 * Gives each budget a row and a version, and prices a version. The old table, with one list of budgets per person, stays
 * for instances of an earlier version that are still running; this version doesn't read it.
 */
export const singleSaves: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('budget_limits')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner_id', 'text', (column) => column.notNull())
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('measure', 'text', (column) => column.notNull())
      .addColumn('budget', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
      .addUniqueConstraint('budget_limits_kind', ['owner_id', 'scope', 'measure'])
      .execute()
    await copyBudgets(db)
    await db.schema
      .alterTable('prices')
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
      .execute()
  },
}

async function copyBudgets(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ owner: string; budgets: string }>`
    select owner_id as owner, budgets from budgets order by owner_id`.execute(db)
  for (const { owner, budgets } of rows)
    for (const budget of budgetsIn(budgets))
      await sql`
        insert into budget_limits (id, owner_id, scope, measure, budget)
        values (${uuidv7()}, ${owner}, ${budget.scope}, ${budget.measure}, ${JSON.stringify(budget)})
        on conflict (owner_id, scope, measure) do update set budget = excluded.budget`.execute(db)
}

/** Skips what can't be parsed, so that it stops neither the others nor the migration. */
function budgetsIn(json: string): z.infer<typeof entry>[] {
  try {
    return (list.safeParse(JSON.parse(json)).data ?? []).flatMap((each) => entry.safeParse(each).data ?? [])
  } catch {
    return []
  }
}
