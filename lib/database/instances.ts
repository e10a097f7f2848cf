import 'server-only'
import { sql } from 'kysely'
import { type Database, engine } from './client'
import type { GenerationRow } from './schema'

/** Generations that run on an instance that has not said for so long that it lives, or that is not known. */
export async function abandonedGenerations(db: Database, silentMs: number): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('status', '=', 'running')
    .where('instanceId', 'not in', (eb) =>
      eb.selectFrom('instances').select('id').where('heartbeatAt', '>=', sql<number>`${sharedNow()} - ${silentMs}`),
    )
    .execute()
}

/** Generations that have not ended and are not an instance's own. */
export async function runningElsewhere(db: Database, instanceId: string): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('status', '=', 'running')
    .where('instanceId', '!=', instanceId)
    .execute()
}

/** Generations that are an instance's own, have not ended, and began so long ago. */
export async function runningOn(db: Database, instanceId: string, beganBefore: number): Promise<GenerationRow[]> {
  return await db
    .selectFrom('generations')
    .selectAll()
    .where('status', '=', 'running')
    .where('instanceId', '=', instanceId)
    .where('startedAt', '<', beganBefore)
    .execute()
}

/** The ids of an instance's generations that have not ended and whose conversations are deleted. */
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

/** The ids of an instance's generations that have not ended and whose conversations are there. */
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

/** Takes over a generation of a dead instance. False when another instance has, or when it has ended. */
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

/** Says that this instance lives, and which secret it has. */
export async function recordHeartbeat(db: Database, instanceId: string, secretMark: string): Promise<void> {
  const now = sharedNow()
  await db
    .insertInto('instances')
    .values({ id: instanceId, secretMark, startedAt: now, heartbeatAt: now })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ heartbeatAt: now }))
    .execute()
}

/** Whether an instance that has said within so long that it lives has another secret. */
export async function hasOtherSecret(db: Database, secretMark: string, silentMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('instances')
    .select('id')
    .where('secretMark', '!=', secretMark)
    .where('heartbeatAt', '>=', sql<number>`${sharedNow()} - ${silentMs}`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets the instances that have not said for so long that they live; with null, all of them. */
export async function deleteInstances(db: Database, silentMs: number | null): Promise<void> {
  const all = db.deleteFrom('instances')
  await (silentMs === null ? all : all.where('heartbeatAt', '<', sql<number>`${sharedNow()} - ${silentMs}`)).execute()
}

/** The clock that all instances go by, so that none is taken for dead because its own is wrong. */
function sharedNow() {
  return engine() === 'postgres'
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`${Date.now()}`
}
