import 'server-only'
import { type Kysely, type Migration, PostgresAdapter, sql } from 'kysely'

/**
 * An index from which the bytes of a person's messages are summed without reading them. Not with `octet_length` on SQLite:
 * it needs 3.43, and an older `sqlite3`, as people use for backups, couldn't read the index.
 */
export const storageIndex: Migration = {
  async up(db: Kysely<unknown>) {
    const bytes =
      db.getExecutor().adapter instanceof PostgresAdapter ? sql`octet_length(parts)` : sql`length(cast(parts as blob))`
    await sql`create index messages_by_owner on messages (owner_id, (${bytes}))`.execute(db)
  },
}
