import 'server-only'
import { sql } from 'kysely'
import { log } from '@/lib/log'
import { database, engine } from './client'

/** Whether the database responds to a query. */
export async function databaseAnswers(): Promise<boolean> {
  try {
    await sql`select 1`.execute(database())
    return true
  } catch (error) {
    log().error({ error }, 'the database isn’t responding')
    return false
  }
}

/**
 * SQLSTATE classes of a server that can't process any statement: connection, resources, object not in the required state,
 * operator intervention (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const UNUSABLE = /^(08|53|55|57)[0-9A-Z]{3}$/
const UNREACHABLE = /^E(CONNREFUSED|CONNRESET|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH)$/
/** SQLite's errors of the file or the disk rather than the statement (https://www.sqlite.org/rescode.html). */
const FILE_UNUSABLE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|CORRUPT|NOTADB|PROTOCOL)/
/** Errors that `pg` throws without a code. */
const LOST = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection)/

/** Whether an error means that the database is unavailable, rather than that the statement was wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (engine() === 'sqlite') return FILE_UNUSABLE.test(code)
  return UNUSABLE.test(code) || UNREACHABLE.test(code) || LOST.test(error.message)
}
