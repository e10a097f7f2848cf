import 'server-only'
import { type Kysely, type Migration, PostgresAdapter, sql } from 'kysely'

/**
 * What a person's messages take is summed from this alone: on SQLite no message is read for it. `octet_length` came with
 * SQLite 3.43, and an index with it could not be read by the older `sqlite3` that people back up with.
 */
export const storageIndex: Migration = {
  async up(db: Kysely<unknown>) {
    const bytes =
      db.getExecutor().adapter instanceof PostgresAdapter ? sql`octet_length(parts)` : sql`length(cast(parts as blob))`
    await sql`create index messages_by_owner on messages (owner_id, (${bytes}))`.execute(db)
  },
}
