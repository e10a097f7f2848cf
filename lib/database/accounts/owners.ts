import 'server-only'
import { PostgresAdapter, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../client'

/** The id of the one owner, once there is one. */
export async function singleOwner(db: Database): Promise<string | null> {
  const row = await db.selectFrom('owners').select('id').where('kind', '=', 'single').executeTakeFirst()
  return row?.id ?? null
}

/**
 * The id of the one owner, who is created when there is none. With `adopt`, the owner with the most conversations
 * becomes the one, so that most rows of an earlier version stay as they are.
 */
export async function ensureSingleOwner(db: Database, adopt: boolean): Promise<string> {
  const known = await singleOwner(db)
  if (known !== null) return known
  const id = (adopt ? await busiestOwner(db) : null) ?? uuidv7()
  await db
    .insertInto('owners')
    .values({ id, kind: 'single', createdAt: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await singleOwner(db)) ?? id
}

/** Holds up other instances that bring owners together, until the transaction is over. */
export async function lockOwners(tx: Database): Promise<void> {
  // On SQLite one transaction runs at a time.
  if (!(tx.getExecutor().adapter instanceof PostgresAdapter)) return
  await sql`select pg_advisory_xact_lock(hashtextextended('rill owners', 0))`.execute(tx)
}

async function busiestOwner(db: Database): Promise<string | null> {
  const row = await db
    .selectFrom('conversations')
    .select('ownerId')
    .groupBy('ownerId')
    .orderBy((eb) => eb.fn.countAll(), 'desc')
    .orderBy('ownerId', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.ownerId ?? null
}
