import 'server-only'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, type QueryCompiler, SqliteAdapter, SqliteDialect, type SqliteStatement } from 'kysely'
import Libsql from 'libsql'
import { processSingleton } from '@/lib/process'
import { CamelCaseRows, SnakeCaseSqliteCompiler } from './column-names'
import type { Tables } from './schema'

const MAX_STATEMENTS = 200
/** How long SQLite waits for another program that writes to the file. It blocks the event loop, and every stream, meanwhile. */
const BUSY_TIMEOUT_MS = 250

/**
 * Opens or creates the database file in a folder, and locks the folder for this process.
 * @throws {Error} in one sentence if the folder isn't writable or another process has locked it.
 */
export function openSqlite(dataDir: string): Kysely<Tables> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    restrictPermissions(dataDir)
    lockFolder(dataDir)
    return kyselyOverSqlite(join(dataDir, 'rill.db'))
  } catch (error) {
    if (error instanceof FolderInUse) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw new Error(`Can’t use the data folder ${dataDir} (${cause}). Set DATA_DIR to a writable folder.`)
  }
}

/** Makes the files readable for this user only. The folder may have existed before, and be readable for others. */
function restrictPermissions(dataDir: string): void {
  // Without these comments, the build traces every file of the project as one that may be read here. SQLite gives its other
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
 * Locks a separate file for the lifetime of the process, since two processes would end each other's generations. The
 * system releases the lock however the process ends, so it is never stale.
 */
function lockFolder(dataDir: string): void {
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

/** Opens or creates a database file without locking its folder. */
export function kyselyOverSqlite(path: string): Kysely<Tables> {
  const file = new Libsql(path)
  file.exec('PRAGMA journal_mode = WAL')
  // Not FULL, which syncs within each commit: `syncedToDisk` does that off the event loop.
  file.exec('PRAGMA synchronous = NORMAL')
  // 16 MB of write-ahead log between checkpoints rather than 4, so that pages with many writes are copied less often.
  file.exec('PRAGMA wal_autocheckpoint = 4000')
  file.exec('PRAGMA foreign_keys = ON')
  file.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  const statements = new Map<string, SqliteStatement>()
  const prepare = (sql: string): SqliteStatement => {
    const cached = statements.get(sql)
    if (cached) return cached
    const statement = sql === 'begin' ? beginStatement(file) : transactionalStatement(file, sql)
    if (statements.size >= MAX_STATEMENTS) statements.clear()
    statements.set(sql, statement)
    return statement
  }
  const dialect = new TransactionalDialect({ database: { prepare, close: () => file.close() } })
  return new Kysely<Tables>({ dialect, plugins: [new CamelCaseRows()] })
}

/** Lets Kysely migrate in a transaction: without one, a crash would leave tables that make every later start fail. */
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
 * Runs `BEGIN IMMEDIATE` through `exec`. libsql never resets a prepared statement that found the file locked, and then no
 * transaction of the process can commit any more ("SQL statements in progress"). So only this may find the file locked.
 */
function beginStatement(file: Libsql.Database): SqliteStatement {
  const run = () => {
    file.exec('BEGIN IMMEDIATE')
    return { changes: 0, lastInsertRowid: 0 }
  }
  return { reader: false, run, all: () => [], iterate: () => [][Symbol.iterator]() }
}

const WRITES = /^\s*(insert|update|delete|replace)\b/i

/** Prepares a statement. A write outside a transaction gets one of its own, for the reason above. */
function transactionalStatement(file: Libsql.Database, sql: string): SqliteStatement {
  const statement = file.prepare(sql)
  const writes = WRITES.test(sql)
  const inTransaction = <T>(work: () => T): T => {
    if (!writes || file.inTransaction) return work()
    file.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      file.exec('COMMIT')
      return result
    } catch (error) {
      if (file.inTransaction) file.exec('ROLLBACK')
      throw error
    }
  }
  return {
    reader: statement.reader,
    all: (parameters) => inTransaction(() => statement.all(...parameters)),
    run: (parameters) => {
      // Some errors, e.g. a full disk, end the transaction themselves. An error of the rollback would hide them.
      if (sql === 'rollback' && !file.inTransaction) return { changes: 0, lastInsertRowid: 0 }
      return inTransaction(() => statement.run(...parameters))
    },
    iterate: (parameters) => statement.iterate(...parameters),
  }
}
