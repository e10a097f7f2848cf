import 'server-only'
import type { Kysely, Migration } from 'kysely'

/**
 * Distinguishes Lab runs from conversations. Earlier versions marked them by title only, but no other conversation had no
 * model. A run that somebody renamed or continued counts as a conversation.
 */
export const labRuns: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('conversations')
      .addColumn('kind', 'text', (column) => column.notNull().defaultTo('chat'))
      .execute()
    await db
      .withTables<{ conversations: { kind: string; title: string; model: string | null } }>()
      .updateTable('conversations')
      .set({ kind: 'lab' })
      .where('title', '=', 'Lab')
      .where('model', 'is', null)
      .execute()
  },
}
