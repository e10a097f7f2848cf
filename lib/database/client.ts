import 'server-only'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import {
  Kysely,
  Migrator,
  PostgresAdapter,
  PostgresDialect,
  type QueryCompiler,
  SqliteAdapter,
  SqliteDialect,
  type SqliteStatement,
  sql,
} from 'kysely'
import Libsql from 'libsql'
import pg from 'pg'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { CamelCaseRows, SnakeCasePostgresCompiler, SnakeCaseSqliteCompiler } from './column-names'
import { migrations } from './migrations'
import type { Tables } from './schema'
import { adoptRenamedMigrations, unknownMigrations } from './versions'

export type Database = Kysely<Tables>
export type Engine = 'sqlite' | 'postgres'

const STATEMENTS_KEPT = 200
/** A connection that waits so long for Postgres, to be made or to be answered, is given up. */
const ANSWER_MS = 5_000
/** One that nobody needs is closed sooner than that, so that its silence is not taken for Postgres's. */
const IDLE_MS = 4_000
/** What waits for a row that somebody else has locked gives up before the connection does, and so tells which row it was. */
const LOCK_MS = 1_000
/** How long SQLite waits for another program that writes to the file. It holds the event loop, and so every stream, meanwhile. */
const BUSY_MS = 250
/** A transaction that an instance began and does not go on with holds its rows for so long: one that hangs is not waited for. */
const ABANDONED_MS = 5_000

/** The process's database: embedded SQLite in the data folder, or the Postgres server of `DATABASE_URL`. */
export function database(): Database {
  return processSingleton('database', () => {
    const { databaseUrl, dataDir } = config()
    return databaseUrl ? connectPostgres(databaseUrl) : openSqlite(dataDir)
  })
}

/** Which engine the process runs on. */
export function engine(): Engine {
  return config().databaseUrl ? 'postgres' : 'sqlite'
}

/** Which engine a database, or a transaction on it, is of. */
export function engineOf(db: Database): Engine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'
}

/**
 * Opens (and makes) the database file in a folder, and holds the folder for this process.
 * @throws {Error} in one sentence when the folder cannot be written or another process holds it.
 */
export function openSqlite(dataDir: string): Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    keepPrivate(dataDir)
    holdFolder(dataDir)
    return kyselyOverSqlite(join(dataDir, 'rill.db'))
  } catch (error) {
    if (error instanceof FolderInUse) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw new Error(`Can’t use the data folder ${dataDir} (${cause}). Set DATA_DIR to a writable folder.`)
  }
}

/**
 * Connects to a Postgres server (15 or later). The pool dials on the first query. A server that is silent for `answerMs`
 * counts as away (0: never), since one that hangs would hold every request that waits for it.
 */
export function connectPostgres(url: string, answerMs = ANSWER_MS): Database {
  // Our bigint columns are epoch milliseconds: far below 2^53, so they are read as numbers.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: ANSWER_MS,
    idleTimeoutMillis: IDLE_MS,
    // Not `query_timeout`: it would leave the connection to the next query, in the middle of what this one began.
    stream: () => impatientSocket(answerMs),
    onConnect: (client) =>
      client.query(
        `set idle_in_transaction_session_timeout = ${ABANDONED_MS}; set lock_timeout = ${answerMs > 0 ? LOCK_MS : 0}`,
      ),
  })
  // Without a listener, an idle connection that the server drops would end the process; the next query dials anew.
  pool.on('error', (error) => log().warn({ cause: error.message }, 'an idle database connection was lost'))
  return new Kysely<Tables>({ dialect: new SnakeCasePostgresDialect({ pool }), plugins: [new CamelCaseRows()] })
}

class SnakeCasePostgresDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new SnakeCasePostgresCompiler()
  }
}

function impatientSocket(silenceMs: number): Socket {
  const socket = new Socket()
  return socket.setTimeout(silenceMs, () =>
    socket.destroy(new Error(`Connection terminated: no answer for ${silenceMs} ms`)),
  )
}

/** Lets those who count something before they add to it do so one after the other, until their transactions end. */
export async function advisoryLock(tx: Database, what: string): Promise<void> {
  // On SQLite one transaction runs at a time.
  if (engine() === 'postgres') await sql`select pg_advisory_xact_lock(hashtextextended(${what}, 0))`.execute(tx)
}

/**
 * Brings the schema up to date, under a lock, so that instances that start together do it once.
 * @throws {Error} when a migration fails; the database stays at the last one that worked. Also when a later version of
 * Rill has changed the database.
 */
export async function migrate(db: Database): Promise<void> {
  await withoutTimeouts(db, migrateToLatest)
}

async function migrateToLatest(db: Database): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    // Migrations that were written side by side land in any order; none of them reads what another makes.
    allowUnorderedMigrations: true,
  })
  let unknown: string[] = []
  try {
    await adoptRenamedMigrations(db)
    unknown = await unknownMigrations(db)
    if (unknown.length === 0) await latest(migrator)
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

async function latest(migrator: Migrator): Promise<void> {
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}

/** Does work whose statements may take long, or wait long for another instance, on a connection with no time limit. */
export async function withoutTimeouts<T>(db: Database, work: (patient: Database) => Promise<T>): Promise<T> {
  const { databaseUrl } = config()
  if (!databaseUrl) return await work(db)
  const patient = connectPostgres(databaseUrl, 0)
  try {
    return await work(patient)
  } finally {
    await patient.destroy()
  }
}

/** Node gathers the failures of several addresses in one error that has no words of its own. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** The folder may have been there before, for others to read: the files are for this user alone. */
function keepPrivate(dataDir: string): void {
  // Without the marks, the build takes every file of the project for one that may be read here. SQLite gives its other
  // files the mode of the first.
  for (const name of ['rill.db', 'rill.lock'])
    closeSync(openSync(/*turbopackIgnore: true*/ join(/*turbopackIgnore: true*/ dataDir, name), 'a', 0o600))
  for (const name of ['rill.db', 'rill.db-wal', 'rill.db-shm', 'rill.lock', 'secret']) {
    const path = join(/*turbopackIgnore: true*/ dataDir, name)
    if (!existsSync(/*turbopackIgnore: true*/ path)) continue
    const { mode } = statSync(/*turbopackIgnore: true*/ path)
    if ((mode & 0o077) !== 0) chmodSync(/*turbopackIgnore: true*/ path, 0o600)
  }
}

class FolderInUse extends Error {}

/**
 * Takes an exclusive lock on a file of its own for as long as the process lives: the system frees it however the
 * process ends, so there is no stale lock. Two processes would reap each other's generations.
 */
function holdFolder(dataDir: string): void {
  const lock = new Libsql(join(dataDir, 'rill.lock'))
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!(error instanceof Libsql.SqliteError && error.code === 'SQLITE_BUSY')) throw error
    throw new FolderInUse(
      `Another Rill is running on the data folder ${dataDir}. Stop it, or set DATA_DIR to another folder, or DATABASE_URL to a Postgres server that both can use.`,
    )
  }
  processSingleton(`lock:${dataDir}`, () => lock)
}

/** Opens (and makes) a database file, without holding its folder. */
export function kyselyOverSqlite(path: string): Database {
  const file = new Libsql(path)
  file.exec('PRAGMA journal_mode = WAL')
  // Not FULL: the sync that FULL does within a commit is done by `syncedToDisk`, off the event loop.
  file.exec('PRAGMA synchronous = NORMAL')
  // 16 MB of log, not 4, between the times it is moved into the file: pages that are written again and again move once.
  file.exec('PRAGMA wal_autocheckpoint = 4000')
  file.exec('PRAGMA foreign_keys = ON')
  file.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  const statements = new Map<string, SqliteStatement>()
  const prepare = (sql: string): SqliteStatement => {
    const kept = statements.get(sql)
    if (kept) return kept
    const adapted = sql === 'begin' ? beginOf(file) : adaptedStatement(file, sql)
    if (statements.size >= STATEMENTS_KEPT) statements.clear()
    statements.set(sql, adapted)
    return adapted
  }
  const dialect = new TransactionalDialect({ database: { prepare, close: () => file.close() } })
  return new Kysely<Tables>({ dialect, plugins: [new CamelCaseRows()] })
}

/** Kysely migrates SQLite outside of a transaction: a crash half-way would leave tables that stop every later start. */
class TransactionalDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }

  override createQueryCompiler(): QueryCompiler {
    return new SnakeCaseSqliteCompiler()
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/**
 * `BEGIN IMMEDIATE`, by way of `exec`: libsql never resets a prepared statement that found the file locked, and then no
 * transaction of the process can be committed any more ("SQL statements in progress"). So nothing else may find it locked.
 */
function beginOf(file: Libsql.Database): SqliteStatement {
  const run = () => {
    file.exec('BEGIN IMMEDIATE')
    return { changes: 0, lastInsertRowid: 0 }
  }
  return { reader: false, run, all: () => [], iterate: () => [][Symbol.iterator]() }
}

const WRITES = /^\s*(insert|update|delete|replace)\b/i

function adaptedStatement(file: Libsql.Database, sql: string): SqliteStatement {
  const statement = file.prepare(sql)
  const writes = WRITES.test(sql)
  /** Gives a write that is in no transaction one of its own. */
  const within = <T>(work: () => T): T => {
    if (!writes || file.inTransaction) return work()
    file.exec('BEGIN IMMEDIATE')
    try {
      const done = work()
      file.exec('COMMIT')
      return done
    } catch (error) {
      if (file.inTransaction) file.exec('ROLLBACK')
      throw error
    }
  }
  return {
    reader: statement.reader,
    all: (parameters) => within(() => statement.all(...parameters)),
    run: (parameters) => {
      // A full disk, and some other errors, end the transaction by themselves: a second error would hide the first.
      if (sql === 'rollback' && !file.inTransaction) return { changes: 0, lastInsertRowid: 0 }
      return within(() => statement.run(...parameters))
    },
    iterate: (parameters) => statement.iterate(...parameters),
  }
}
