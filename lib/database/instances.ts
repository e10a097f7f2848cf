import 'server-only'
import { sql } from 'kysely'
import { type Database, engine } from './client'
import type { GenerationRow } from './schema'

/** Running generations of instances without a heartbeat in the last `silentMs`, or without a row. */
export async function abandonedGenerations(db: Database, silentMs: number): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('status', '=', 'running')
    .where('instanceId', 'not in', (eb) =>
      eb.selectFrom('instances').select('id').where('heartbeatAt', '>=', sql<number>`${databaseNow()} - ${silentMs}`),
    )
    .execute()
}

/** Running generations of other instances. */
export async function runningElsewhere(db: Database, instanceId: string): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('status', '=', 'running')
    .where('instanceId', '!=', instanceId)
    .execute()
}

/** An instance's running generations that started before a time. */
export async function runningOn(db: Database, instanceId: string, startedBefore: number): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('status', '=', 'running')
    .where('instanceId', '=', instanceId)
    .where('startedAt', '<', startedBefore)
    .execute()
}

/** The ids of an instance's running generations in deleted conversations. */
export async function runningInDeleted(db: Database, instanceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('generations')
    .innerJoin('conversations', 'conversations.id', 'generations.conversationId')
    .select('generations.id')
    .where('generations.status', '=', 'running')
    .where('generations.instanceId', '=', instanceId)
    .where('conversations.deletedAt', 'is not', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** The ids of an instance's running generations in conversations that aren't deleted. */
export async function runningInExisting(db: Database, instanceId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('generations')
    .innerJoin('conversations', 'conversations.id', 'generations.conversationId')
    .select('generations.id')
    .where('generations.status', '=', 'running')
    .where('generations.instanceId', '=', instanceId)
    .where('conversations.deletedAt', 'is', null)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Takes over a generation of a dead instance. False if another instance was first, or if it has ended. */
export async function claimGeneration(db: Database, row: GenerationRow, instanceId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('generations')
    .set({ instanceId })
    .where('id', '=', row.id)
    .where('status', '=', 'running')
    .where('instanceId', '=', row.instanceId)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

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
function databaseNow() {
  return engine() === 'postgres'
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`${Date.now()}`
}
