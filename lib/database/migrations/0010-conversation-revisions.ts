import 'server-only'
import type { Kysely, Migration } from 'kysely'

/** Counts changes of ended messages, to invalidate cached token counts. */
export const conversationRevisions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('conversations')
      .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  },
}
