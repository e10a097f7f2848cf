import 'server-only'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../client'
import type { OwnerRow, SessionRow } from '../schema'
import { ownedTables } from './merge-owners'

/** Rows per statement. SQLite deletes on the event loop; this many take a few milliseconds. */
const ROWS_PER_SLICE = 200

/** A session that has neither ended nor expired, with its owner. */
export type LiveSession = Pick<SessionRow, 'id' | 'ownerId' | 'passwordMark' | 'lastUsedAt' | 'expiresAt'> & {
  ownerKind: OwnerRow['kind']
}

/** Finds the live session of a token's hash. It is a single query, since every request runs it. */
export async function liveSession(db: Database, tokenHash: string): Promise<LiveSession | null> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('owners', 'owners.id', 'sessions.ownerId')
    .select([
      'sessions.id',
      'sessions.ownerId',
      'sessions.passwordMark',
      'sessions.lastUsedAt',
      'sessions.expiresAt',
      'owners.kind as ownerKind',
    ])
    .where('tokenHash', '=', tokenHash)
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', Date.now())
    .executeTakeFirst()
  return row ?? null
}

/** Finds a token's session even if it has ended or expired. */
export async function anySession(
  db: Database,
  tokenHash: string,
): Promise<Pick<SessionRow, 'confirmedAt' | 'endedAt'> | null> {
  const row = await db
    .selectFrom('sessions')
    .select(['confirmedAt', 'endedAt'])
    .where('tokenHash', '=', tokenHash)
    .executeTakeFirst()
  return row ?? null
}

/** Stores a session, and its visitor if new. Does nothing if the token already has one. */
export async function insertSession(
  db: Database,
  session: Pick<SessionRow, 'ownerId' | 'tokenHash' | 'passwordMark' | 'expiresAt'>,
): Promise<void> {
  const createdAt = Date.now()
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('owners')
      .values({ id: session.ownerId, kind: 'visitor', createdAt })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await tx
      .insertInto('sessions')
      .values({ ...session, id: uuidv7(), createdAt, confirmedAt: null, lastUsedAt: null, endedAt: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  })
}

/** Records that a session is in use, and extends its lifetime. */
export async function touchSession(db: Database, id: string, expiresAt: number): Promise<void> {
  const now = Date.now()
  await db
    .updateTable('sessions')
    .set({ lastUsedAt: now, confirmedAt: sql<number>`coalesce(confirmed_at, ${now})`, expiresAt })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .execute()
}

/** Ends a session for good. Its row stays until it expires. */
export async function markSessionEnded(db: Database, id: string): Promise<void> {
  await db.updateTable('sessions').set({ endedAt: Date.now() }).where('id', '=', id).execute()
}

/** Deletes expired sessions, and visitors without a session or any rows, with other work in between. */
export async function sweepSessions(db: Database): Promise<void> {
  const expired = db
    .selectFrom('sessions')
    .select('id')
    .where('expiresAt', '<', Date.now())
    .limit(sql.lit(ROWS_PER_SLICE))
  while ((await db.deleteFrom('sessions').where('id', 'in', expired).executeTakeFirst()).numDeletedRows > 0n)
    await yieldToEventLoop()
  let after = ''
  for (;;) {
    const last = await endOfSlice(db, after)
    if (last === null) return
    await sweepVisitors(db, after, last)
    after = last
    await yieldToEventLoop()
  }
}

async function endOfSlice(db: Database, after: string): Promise<string | null> {
  const slice = await db
    .selectFrom('owners')
    .select('id')
    .where('id', '>', after)
    .orderBy('id')
    .limit(sql.lit(ROWS_PER_SLICE))
    .execute()
  return slice.at(-1)?.id ?? null
}

async function sweepVisitors(db: Database, after: string, last: string): Promise<void> {
  const withoutRows = ownedTables
    .filter((table) => table !== 'messages')
    .map((table) => sql`not exists (select 1 from ${sql.table(table)} where owner_id = owners.id)`)
  await sql`delete from owners where id > ${after} and id <= ${last} and kind = 'visitor'
    and not exists (select 1 from sessions where owner_id = owners.id)
    and ${sql.join(withoutRows, sql` and `)}`.execute(db)
}

/** Deletes all visitors and their sessions, after their rows were merged into the shared history. */
export async function deleteVisitors(db: Database): Promise<void> {
  await db.deleteFrom('owners').where('kind', '=', 'visitor').execute()
}
