import 'server-only'
import { Socket } from 'node:net'
import { Kysely, PostgresAdapter, PostgresDialect, type QueryCompiler } from 'kysely'
import pg from 'pg'
import { log } from '@/lib/log'
import { CamelCaseRows, SnakeCasePostgresCompiler } from './column-names'
import type { Tables } from './schema'

/** The time limit for a connection, and for the server's silence on one. */
const SILENCE_TIMEOUT_MS = 5_000
/** An idle connection is closed before that, so that its silence doesn't count as the server's. */
const IDLE_TIMEOUT_MS = 4_000
/** A statement that waits for a lock fails before its connection does, so that the error names the row. */
const LOCK_TIMEOUT_MS = 1_000
/** How long Postgres keeps the transaction, and the locks, of an instance that hangs. */
const ABANDONED_TRANSACTION_TIMEOUT_MS = 5_000

/**
 * Connects to a Postgres server (15 or later) on the first query. A connection on which the server is silent for
 * `silenceMs` (0: without limit) is closed, since a hanging server would block every request that waits for it.
 */
export function connectPostgres(url: string, silenceMs = SILENCE_TIMEOUT_MS): Kysely<Tables> {
  // The bigint columns hold epoch milliseconds and counts, far below 2^53. Amounts are read as text.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: SILENCE_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    // Not `query_timeout`, which would hand the connection to the next query in the middle of a transaction.
    stream: () => socketWithTimeout(silenceMs),
    onConnect: (client) =>
      client.query(
        `set idle_in_transaction_session_timeout = ${ABANDONED_TRANSACTION_TIMEOUT_MS}; set lock_timeout = ${silenceMs > 0 ? LOCK_TIMEOUT_MS : 0}`,
      ),
  })
  // Without a listener, a lost idle connection would end the process. The next query connects again.
  pool.on('error', (error) => log().warn({ cause: error.message }, 'an idle database connection was lost'))
  return new Kysely<Tables>({ dialect: new SnakeCasePostgresDialect({ pool }), plugins: [new CamelCaseRows()] })
}

class SnakeCasePostgresDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new NamedPostgresAdapter()
  }

  override createQueryCompiler(): QueryCompiler {
    return new SnakeCasePostgresCompiler()
  }
}

class NamedPostgresAdapter extends PostgresAdapter {
  readonly engine = 'postgres'
}

function socketWithTimeout(silenceMs: number): Socket {
  const socket = new Socket()
  return socket.setTimeout(silenceMs, () =>
    socket.destroy(new Error(`Connection terminated: no answer for ${silenceMs} ms`)),
  )
}
