import 'server-only'
import { type Kysely, sql } from 'kysely'
import { migrations } from './migrations'

/** Names that a migration had in databases that were made before its branch was merged, and its name today. */
const renamed: Record<string, string> = { '0004_prices': '0005_prices' }

/** Gives migrations that have run under an earlier name the one they have today, so that they do not run again. */
export async function adoptRenamedMigrations<Schema>(db: Kysely<Schema>): Promise<void> {
  const ran = await ranMigrations(db)
  for (const [earlier, today] of Object.entries(renamed))
    if (ran.includes(earlier))
      await sql`update kysely_migration set name = ${today} where name = ${earlier}`.execute(db)
}

/** Migrations that have run and that this version does not have: a later version changed the database. */
export async function unknownMigrations<Schema>(db: Kysely<Schema>): Promise<string[]> {
  return (await ranMigrations(db)).filter((name) => !(name in migrations))
}

/** The names of the migrations that have run; none in a database that is new. */
async function ranMigrations<Schema>(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}
