import 'server-only'
import type { Kysely, Migration } from 'kysely'

/**
 * Tells runs of the Lab from conversations. Earlier versions marked them by their title alone, but only they made
 * conversations without a model; one that somebody renamed or went on in has become theirs and stays in the list.
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
