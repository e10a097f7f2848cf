import 'server-only'
import { type Kysely, type Migration, sql } from 'kysely'

/** What a person's messages take is summed from this alone: on SQLite no message is read for it. */
export const storageIndex: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index messages_by_owner on messages (owner_id, octet_length(parts))`.execute(db)
  },
}
