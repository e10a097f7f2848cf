import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { advisoryLock, type Database } from '../client'

/** The id of the shared history's owner; null before it is created. */
export async function singleOwner(db: Database): Promise<string | null> {
  const row = await db.selectFrom('owners').select('id').where('kind', '=', 'single').executeTakeFirst()
  return row?.id ?? null
}

/**
 * Returns the id of the shared history's owner, and creates it if necessary. With `adopt`, it becomes the owner with the
 * most conversations, so that most rows of an earlier version needn't change.
 */
export async function ensureSingleOwner(db: Database, adopt: boolean): Promise<string> {
  const existing = await singleOwner(db)
  if (existing !== null) return existing
  const id = (adopt ? await busiestOwner(db) : null) ?? uuidv7()
  await db
    .insertInto('owners')
    .values({ id, kind: 'single', createdAt: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await singleOwner(db)) ?? id
}

/** Makes other instances that merge owners wait for the end of the transaction. */
export async function lockOwners(tx: Database): Promise<void> {
  await advisoryLock(tx, 'rill owners')
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
