import 'server-only'
import type { Kysely, Migration } from 'kysely'

/**
 * Stores learned capabilities per model, with a date. The old table, with capabilities per provider, stays for instances of
 * an earlier version that are still running; this version doesn't read it.
 */
export const providersMigration: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('model_capabilities')
      .addColumn('provider_id', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('adaptation', 'text', (column) => column.notNull())
      .addColumn('learned_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('model_capabilities_key', ['provider_id', 'model'])
      .execute()
  },
}
