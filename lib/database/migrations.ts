import 'server-only'
import type { ColumnDefinitionBuilder, Kysely, Migration } from 'kysely'
import { rollups } from './migrations/0007-rollups'
import { accounts } from './migrations/0009-accounts'
import { conversationRevisions } from './migrations/0010-conversation-revisions'
import { singleSaves } from './migrations/0011-single-saves'
import { providersMigration } from './migrations/0012-providers'
import { storageIndex } from './migrations/0013-storage-index'
import { labRuns } from './migrations/0014-lab-runs'

/**
 * Every change of the schema, the same for both engines. New ones get a file each and call no live code. Never edit or rename
 * a released one: databases hold the names, which is why two are numbered 0006.
 */
export const migrations: Record<string, Migration> = {
  '0001_spine': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('conversations')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('model', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('deleted_at', 'bigint')
        .execute()
      await db.schema
        .createIndex('conversations_by_owner')
        .on('conversations')
        .columns(['owner_id', 'updated_at', 'id'])
        .execute()

      await db.schema
        .createTable('messages')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('conversation_id', 'text', (column) =>
          column.notNull().references('conversations.id').onDelete('cascade'),
        )
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('parent_id', 'text', (column) => column.references('messages.id').onDelete('cascade'))
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('parts', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('messages_by_conversation')
        .on('messages')
        .columns(['conversation_id', 'id'])
        .execute()
      await db.schema.createIndex('messages_by_parent').on('messages').column('parent_id').execute()

      await db.schema
        .createTable('generations')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('conversation_id', 'text', (column) =>
          column.notNull().references('conversations.id').onDelete('cascade'),
        )
        .addColumn('user_message_id', 'text', (column) =>
          column.notNull().references('messages.id').onDelete('cascade'),
        )
        .addColumn('message_id', 'text', (column) => column.notNull().references('messages.id').onDelete('cascade'))
        .addColumn('turn_id', 'text', (column) => column.notNull())
        .addColumn('instance_id', 'text', (column) => column.notNull())
        .addColumn('provider_id', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('finish_reason', 'text')
        .addColumn('usage', 'text')
        .addColumn('outline', 'text')
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('first_token_at', 'bigint')
        .addColumn('ended_at', 'bigint')
        .addUniqueConstraint('generations_turn', ['owner_id', 'turn_id'])
        .execute()
      await db.schema.createIndex('generations_by_conversation').on('generations').column('conversation_id').execute()
      await db.schema.createIndex('generations_by_message').on('generations').column('message_id').execute()
      await db.schema.createIndex('generations_by_status').on('generations').column('status').execute()

      await db.schema
        .createTable('generation_pieces')
        .addColumn('generation_id', 'text', (column) =>
          column.notNull().references('generations.id').onDelete('cascade'),
        )
        .addColumn('first_seq', 'integer', (column) => column.notNull())
        .addColumn('events', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('generation_pieces_key', ['generation_id', 'first_seq'])
        .execute()

      await db.schema
        .createTable('providers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('base_url', 'text', (column) => column.notNull())
        .addColumn('sealed', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('providers_by_owner').on('providers').column('owner_id').execute()

      await db.schema
        .createTable('capabilities')
        .addColumn('provider_id', 'text', (column) => column.primaryKey())
        .addColumn('capabilities', 'text', (column) => column.notNull())
        .execute()

      await db.schema
        .createTable('settings')
        .addColumn('owner_id', 'text', (column) => column.primaryKey())
        .addColumn('settings', 'text', (column) => column.notNull())
        .execute()

      await db.schema
        .createTable('instances')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('heartbeat_at', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
  '0002_patience': {
    async up(db: Kysely<unknown>) {
      // One column per statement: SQLite can't add two at once.
      await db.schema.alterTable('providers').addColumn('first_token_timeout_ms', 'bigint').execute()
      await db.schema.alterTable('providers').addColumn('idle_timeout_ms', 'bigint').execute()
    },
  },
  '0003_secret_mark': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('instances').addColumn('secret_mark', 'text').execute()
    },
  },
  '0004_continuations': {
    async up(db: Kysely<unknown>) {
      const zero = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0)
      await db.schema.alterTable('generations').addColumn('settings', 'text').execute()
      await db.schema.alterTable('generations').addColumn('continuation', 'integer', zero).execute()
      await db.schema.alterTable('generations').addColumn('text_before', 'integer', zero).execute()
      await db.schema.alterTable('generations').addColumn('reasoning_before', 'integer', zero).execute()
      // Of two concurrent continuations of a reply, only one succeeds.
      await db.schema
        .createIndex('generations_continuation')
        .on('generations')
        .columns(['message_id', 'continuation'])
        .unique()
        .execute()
      await db.schema.dropIndex('generations_by_message').execute()
    },
  },
  '0005_prices': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('prices')
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('price', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('prices_key', ['owner_id', 'provider', 'model'])
        .execute()
    },
  },
  '0006_prompt_index': {
    async up(db: Kysely<unknown>) {
      // For the foreign key: the sweep of a prompt looks for generations that refer to it.
      await db.schema.createIndex('generations_by_prompt').on('generations').column('user_message_id').execute()
    },
  },
  '0006_usage': {
    async up(db: Kysely<unknown>) {
      const generations = () => db.schema.alterTable('generations')
      await generations()
        .addColumn('kind', 'text', (column) => column.notNull().defaultTo('answer'))
        .execute()
      await generations().addColumn('price', 'text').execute()
      await generations().addColumn('booking', 'text').execute()
      await generations().addColumn('cost_picos', 'bigint').execute()
      await generations().addColumn('cost_currency', 'text').execute()
      for (const count of ['prompt_tokens', 'completion_tokens', 'cached_tokens', 'reasoning_tokens'])
        await generations().addColumn(count, 'bigint').execute()
      await generations()
        .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
        .execute()

      await db.schema
        .createTable('budgets')
        .addColumn('owner_id', 'text', (column) => column.primaryKey())
        .addColumn('budgets', 'text', (column) => column.notNull())
        .execute()

      const zero = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0)
      await db.schema
        .createTable('spending')
        .addColumn('owner_id', 'text', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('spent_picos', 'bigint', zero)
        .addColumn('spent_tokens', 'bigint', zero)
        .addColumn('reserved_picos', 'bigint', zero)
        .addColumn('reserved_tokens', 'bigint', zero)
        .addPrimaryKeyConstraint('spending_key', ['owner_id', 'scope'])
        .execute()
    },
  },
  '0007_rollups': rollups,
  '0008_usage_by_day': {
    async up(db: Kysely<unknown>) {
      // For the top conversations of some days: the primary key has the conversation before the day.
      await db.schema
        .createIndex('usage_rollups_by_day')
        .on('usage_rollups')
        .columns(['owner_id', 'day', 'conversation_id'])
        .execute()
    },
  },
  '0009_accounts': accounts,
  '0010_conversation_revisions': conversationRevisions,
  '0011_single_saves': singleSaves,
  '0012_providers': providersMigration,
  '0013_storage_index': storageIndex,
  '0014_lab_runs': labRuns,
}
