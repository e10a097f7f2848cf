import 'server-only'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Database, database } from './client'

/** How long deleted conversations can be restored, before the sweep removes them. */
export const RESTORE_WINDOW_MS = 24 * 60 * 60 * 1000
/** Instances' clocks may differ by this much: what one sweeps, no other may still restore. */
const CLOCK_SKEW_MS = 60 * 1000
/** Rows per statement. SQLite deletes on the event loop; this many take a few milliseconds. */
const ROWS_PER_SLICE = 100

/**
 * Removes conversations that were deleted more than a day ago, a few rows per statement, with other work in between. The next
 * sweep continues an unfinished one. A conversation with a running generation is left until that ends: its row is needed to
 * release its reservation.
 */
export async function sweepDeleted(): Promise<void> {
  const db = database()
  for (;;) {
    const due = await db
      .selectFrom('conversations')
      .select('id')
      .where('deletedAt', '<', Date.now() - RESTORE_WINDOW_MS - CLOCK_SKEW_MS)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('generations')
              .select('generations.id')
              .whereRef('generations.conversationId', '=', 'conversations.id')
              .where('generations.status', '=', 'running'),
          ),
        ),
      )
      .limit(1)
      .executeTakeFirst()
    if (!due) return
    while ((await removeGenerations(db, due.id)) > 0n) await yieldToEventLoop()
    while ((await removeMessages(db, due.id)) > 0n) await yieldToEventLoop()
    await db.deleteFrom('conversations').where('id', '=', due.id).execute()
    await yieldToEventLoop()
  }
}

async function removeGenerations(db: Database, conversationId: string): Promise<bigint> {
  const rows = await db
    .selectFrom('generations')
    .select('id')
    .where('conversationId', '=', conversationId)
    .limit(sql.lit(ROWS_PER_SLICE))
    .execute()
  if (rows.length === 0) return 0n
  const ids = rows.map(({ id }) => id)
  while ((await removePieces(db, ids)) > 0n) await yieldToEventLoop()
  return (await db.deleteFrom('generations').where('id', 'in', ids).executeTakeFirst()).numDeletedRows
}

/** A generation whose pieces were never merged may have thousands. */
async function removePieces(db: Database, generationIds: string[]): Promise<bigint> {
  const { numAffectedRows } = await sql`
    delete from generation_pieces where (generation_id, first_seq) in (
      select generation_id, first_seq from generation_pieces
      where generation_id in (${sql.join(generationIds)}) limit ${sql.lit(ROWS_PER_SLICE)})`.execute(db)
  return numAffectedRows ?? 0n
}

/** Newest first: replies are newer than their prompts, so no delete cascades down a branch. */
async function removeMessages(db: Database, conversationId: string): Promise<bigint> {
  const some = db
    .selectFrom('messages')
    .select('id')
    .where('conversationId', '=', conversationId)
    .orderBy('id', 'desc')
    .limit(sql.lit(ROWS_PER_SLICE))
  return (await db.deleteFrom('messages').where('id', 'in', some).executeTakeFirst()).numDeletedRows
}
