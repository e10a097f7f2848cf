import 'server-only'
import { sql } from 'kysely'
import pg from 'pg'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { database } from './client'

const RECONNECT_MS = 1_000
/** A dead connection looks like one without notifications, so a query probes it. */
const PROBE_INTERVAL_MS = 5_000
const PROBE_TIMEOUT_MS = 5_000

/**
 * Subscribes to a channel of the Postgres server (LISTEN), on a separate connection that reconnects when it is lost.
 * Notifications in between are lost. On SQLite it does nothing, since there are no other instances.
 */
export function subscribe(channel: string, receive: (text: string) => void): void {
  const { databaseUrl } = config()
  if (databaseUrl) connect(databaseUrl, channel, receive)
}

function connect(url: string, channel: string, receive: (text: string) => void): void {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  })
  let lost = false
  const reconnect = (error?: Error) => {
    if (lost) return
    lost = true
    clearInterval(probe)
    log().debug({ error }, 'the connection that listens was lost')
    client.end().catch(() => undefined)
    setTimeout(() => connect(url, channel, receive), RECONNECT_MS).unref()
  }
  const probe = setInterval(() => client.query('select 1').catch(reconnect), PROBE_INTERVAL_MS).unref()
  client.on('error', reconnect)
  client.on('end', reconnect)
  client.on('notification', ({ payload }) => receive(payload ?? ''))
  client
    .connect()
    .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
    .catch(reconnect)
}

/** Sends a text to the current subscribers of a channel. @throws {Error} if the database is unavailable. */
export async function notify(channel: string, text: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${text})`.execute(database())
}
