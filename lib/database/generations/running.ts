import 'server-only'
import { sql } from 'kysely'
import type { Database } from '../client'
import { databaseNow } from '../instances'
import type { GenerationRow } from '../schema'

function running(db: Database) {
  return db.selectFrom('generations').selectAll().where('status', '=', 'running')
}

/** The running generations of a conversation. */
export async function runningInConversation(db: Database, conversationId: string): Promise<GenerationRow[]> {
  return await running(db).where('conversationId', '=', conversationId).execute()
}

/** Running generations of other instances. */
export async function runningElsewhere(db: Database, instanceId: string): Promise<GenerationRow[]> {
  return await running(db).where('instanceId', '!=', instanceId).execute()
}

/** An instance's running generations that started before a time. */
export async function runningOn(db: Database, instanceId: string, startedBefore: number): Promise<GenerationRow[]> {
  return await running(db).where('instanceId', '=', instanceId).where('startedAt', '<', startedBefore).execute()
}

/** Running generations of instances without a heartbeat in the last `silentMs`, or without a row. */
export async function abandonedGenerations(db: Database, silentMs: number): Promise<GenerationRow[]> {
  return await running(db)
    .where('instanceId', 'not in', (eb) =>
      eb.selectFrom('instances').select('id').where('heartbeatAt', '>=', sql<number>`${databaseNow()} - ${silentMs}`),
    )
    .execute()
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

/** The ids of an instance's running generations in conversations that aren't deleted. */
export async function runningInExisting(db: Database, instanceId: string): Promise<Set<string>> {
  return await idsOn(db, instanceId, 'is')
}

/** The ids of an instance's running generations in deleted conversations. */
export async function runningInDeleted(db: Database, instanceId: string): Promise<Set<string>> {
  return await idsOn(db, instanceId, 'is not')
}

async function idsOn(db: Database, instanceId: string, deletedAt: 'is' | 'is not'): Promise<Set<string>> {
  const rows = await db
    .selectFrom('generations')
    .innerJoin('conversations', 'conversations.id', 'generations.conversationId')
    .select('generations.id')
    .where('generations.status', '=', 'running')
    .where('generations.instanceId', '=', instanceId)
    .where('conversations.deletedAt', deletedAt, null)
    .execute()
  return new Set(rows.map(({ id }) => id))
}
