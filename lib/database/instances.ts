import 'server-only'
import { sql } from 'kysely'
import { type Database, engine } from './client'

/** Writes this instance's heartbeat, and the mark of its secret. */
export async function recordHeartbeat(db: Database, instanceId: string, secretMark: string): Promise<void> {
  const now = databaseNow()
  await db
    .insertInto('instances')
    .values({ id: instanceId, secretMark, startedAt: now, heartbeatAt: now })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ heartbeatAt: now }))
    .execute()
}

/** Whether an instance with a heartbeat in the last `silentMs` has another secret. */
export async function hasOtherSecret(db: Database, secretMark: string, silentMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('instances')
    .select('id')
    .where('secretMark', '!=', secretMark)
    .where('heartbeatAt', '>=', sql<number>`${databaseNow()} - ${silentMs}`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Deletes the rows of instances without a heartbeat in the last `silentMs`; with null, of all. */
export async function deleteInstances(db: Database, silentMs: number | null): Promise<void> {
  const all = db.deleteFrom('instances')
  await (silentMs === null ? all : all.where('heartbeatAt', '<', sql<number>`${databaseNow()} - ${silentMs}`)).execute()
}

/** The time by a clock that all instances share, so that an instance with a wrong clock isn't taken for dead. */
export function databaseNow() {
  return engine() === 'postgres'
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`${Date.now()}`
}
