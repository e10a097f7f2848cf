import 'server-only'
import { sql } from 'kysely'
import { log } from '@/lib/log'
import { database, engine } from './client'

/** Whether the database answers a query now. */
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
 * Classes of SQLSTATE that say the server cannot be used now, whatever is asked of it: connection, resources, not in
 * the state for it, operator intervention (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const UNUSABLE = /^(08|53|55|57)[0-9A-Z]{3}$/
const UNREACHABLE = /^E(CONNREFUSED|CONNRESET|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH)$/
/** SQLite's errors that are about the file or the disk, whatever was to be written (https://www.sqlite.org/rescode.html). */
const FILE_UNUSABLE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|CORRUPT|NOTADB|PROTOCOL)/
/** What `pg` throws without a code. */
const LOST = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection)/

/** Whether an error says that the database cannot be used now, and not that something was wrong with what it was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (engine() === 'sqlite') return FILE_UNUSABLE.test(code)
  return UNUSABLE.test(code) || UNREACHABLE.test(code) || LOST.test(error.message)
}
