import 'server-only'
import { setImmediate as otherWork } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Database, database } from './client'

/** Deleted conversations can be brought back for this long, then they are swept. */
export const UNDO_MS = 24 * 60 * 60 * 1000
/** For the clocks of instances that differ: what one sweeps, no other may still bring back. */
const LATER_MS = 60 * 1000
/** SQLite deletes on the event loop: so many rows take a few milliseconds. */
const ROWS_A_SLICE = 100

/**
 * Removes for good what was deleted more than a day ago: a few rows in each statement, with other work in between. One
 * that is cut off by the end of the process goes on from where it was at the next sweep. One in which a generation is still
 * to be ended is left until it has: only its row tells what is reserved for it.
 */
export async function sweepDeleted(): Promise<void> {
  const db = database()
  for (;;) {
    const due = await db
      .selectFrom('conversations')
      .select('id')
      .where('deletedAt', '<', Date.now() - UNDO_MS - LATER_MS)
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
    while ((await removeGenerations(db, due.id)) > 0n) await otherWork()
    while ((await removeMessages(db, due.id)) > 0n) await otherWork()
    await db.deleteFrom('conversations').where('id', '=', due.id).execute()
    await otherWork()
  }
}

async function removeGenerations(db: Database, conversationId: string): Promise<bigint> {
  const rows = await db
    .selectFrom('generations')
    .select('id')
    .where('conversationId', '=', conversationId)
    .limit(sql.lit(ROWS_A_SLICE))
    .execute()
  if (rows.length === 0) return 0n
  const ids = rows.map(({ id }) => id)
  while ((await removePieces(db, ids)) > 0n) await otherWork()
  return (await db.deleteFrom('generations').where('id', 'in', ids).executeTakeFirst()).numDeletedRows
}

/** One that was never joined into its message may have thousands. */
async function removePieces(db: Database, generationIds: string[]): Promise<bigint> {
  const { numAffectedRows } = await sql`
    delete from generation_pieces where (generation_id, first_seq) in (
      select generation_id, first_seq from generation_pieces
      where generation_id in (${sql.join(generationIds)}) limit ${sql.lit(ROWS_A_SLICE)})`.execute(db)
  return numAffectedRows ?? 0n
}

/** The newest first: a reply is newer than its prompt, so none takes all that was written below it with it. */
async function removeMessages(db: Database, conversationId: string): Promise<bigint> {
  const some = db
    .selectFrom('messages')
    .select('id')
    .where('conversationId', '=', conversationId)
    .orderBy('id', 'desc')
    .limit(sql.lit(ROWS_A_SLICE))
  return (await db.deleteFrom('messages').where('id', 'in', some).executeTakeFirst()).numDeletedRows
}
