import 'server-only'
import type { Kysely, Migration } from 'kysely'

/** Counts the changes of messages that had ended, so that what was counted of them is known to be old. */
export const conversationRevisions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('conversations')
      .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
  },
}
