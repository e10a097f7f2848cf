import 'server-only'
import type { Kysely, Migration } from 'kysely'

/**
 * What was learnt of a model is kept by model and with its date. The table of what was learnt of whole providers stays for
 * instances of an earlier version that still run; nothing reads it any more.
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
