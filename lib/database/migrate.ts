import 'server-only'
import { type Kysely, Migrator, sql } from 'kysely'
import { type Database, engine, withoutTimeouts } from './client'
import { migrations } from './migrations'

/** Migrations that ran under another name in early databases, with their current names. */
const renamed: Record<string, string> = { '0004_prices': '0005_prices' }

/**
 * Brings the schema up to date, under a lock, so that of several instances that start together one does it.
 * @throws {Error} if a migration fails, with the schema of the last one that succeeded; also if a later version of Rill has
 * changed the database.
 */
export async function migrate(db: Database): Promise<void> {
  await withoutTimeouts(db, migrateToLatest)
}

async function migrateToLatest(db: Database): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    // Migrations of parallel branches land in any order; none depends on another of them.
    allowUnorderedMigrations: true,
  })
  let unknown: string[] = []
  try {
    await adoptRenamedMigrations(db)
    unknown = await unknownMigrations(db)
    if (unknown.length === 0) await runMigrations(migrator)
  } catch (error) {
    throw new Error(
      `Can’t use the database (${causeOf(error)}). ${engine() === 'postgres' ? 'Check DATABASE_URL and that the server is running.' : 'The disk may be full, or the file may be damaged.'}`,
    )
  }
  if (unknown.length > 0)
    throw new Error(
      `This database was upgraded by a later version of Rill (${unknown.join(', ')}), and this version can’t read it. Nothing in it was changed. Run that version again, or restore a backup from before the upgrade.`,
    )
}

async function runMigrations(migrator: Migrator): Promise<void> {
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}

/** Updates the names of renamed migrations that have run, so that they don't run again. */
export async function adoptRenamedMigrations<Schema>(db: Kysely<Schema>): Promise<void> {
  const completed = await completedMigrations(db)
  for (const [earlier, today] of Object.entries(renamed))
    if (completed.includes(earlier))
      await sql`update kysely_migration set name = ${today} where name = ${earlier}`.execute(db)
}

/** Migrations that have run but that this version doesn't know: a later version changed the database. */
export async function unknownMigrations<Schema>(db: Kysely<Schema>): Promise<string[]> {
  return (await completedMigrations(db)).filter((name) => !(name in migrations))
}

/** The names of the migrations that have run; none in a new database. */
async function completedMigrations<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

/** Node wraps the failures of several addresses in one error without a message. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
