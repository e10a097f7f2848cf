import 'server-only'
import { type Kysely, sql } from 'kysely'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { connectPostgres } from './postgres'
import type { Tables } from './schema'
import { openSqlite } from './sqlite'

export type Database = Kysely<Tables>
export type Engine = 'sqlite' | 'postgres'

/** The process's database: embedded SQLite in the data folder, or the Postgres server of `DATABASE_URL`. */
export function database(): Database {
  return processSingleton('database', () => {
    const { databaseUrl, dataDir } = config()
    return databaseUrl ? connectPostgres(databaseUrl) : openSqlite(dataDir)
  })
}

/** The engine of the process's database. */
export function engine(): Engine {
  return config().databaseUrl ? 'postgres' : 'sqlite'
}

/**
 * The engine of a given database or transaction. Not with `instanceof`: the database may come from another of Next's
 * bundles, with its own copy of the adapter's class.
 */
export function engineOf(db: Database): Engine {
  const { adapter } = db.getExecutor()
  return 'engine' in adapter && adapter.engine === 'postgres' ? 'postgres' : 'sqlite'
}

/** Takes a lock by name until the end of the transaction, e.g. to count rows before adding one. */
export async function advisoryLock(tx: Database, name: string): Promise<void> {
  // On SQLite one transaction runs at a time.
  if (engineOf(tx) === 'postgres') await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx)
}

/** Does work on a connection without time limits: its statements may run long, or wait long for another instance. */
export async function withoutTimeouts<T>(db: Database, work: (unlimited: Database) => Promise<T>): Promise<T> {
  const { databaseUrl } = config()
  if (!databaseUrl) return await work(db)
  const unlimited = connectPostgres(databaseUrl, 0)
  try {
    return await work(unlimited)
  } finally {
    await unlimited.destroy()
  }
}
