import 'server-only'
import { sql } from 'kysely'
import pg from 'pg'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { database } from './client'

const RECONNECT_MS = 1_000
/** A connection that hears nothing looks like one that is dead, so it is asked so often, and has so long to answer. */
const PULSE_MS = 5_000
const ANSWER_MS = 5_000

/**
 * Hears what is sent to a channel of the Postgres server (LISTEN), on a connection of its own that is made again when it
 * is lost. What is sent meanwhile is not heard. On SQLite there is nobody to hear.
 */
export function subscribe(channel: string, heard: (text: string) => void): void {
  const { databaseUrl } = config()
  if (databaseUrl) connect(databaseUrl, channel, heard)
}

function connect(url: string, channel: string, heard: (text: string) => void): void {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  })
  let lost = false
  const again = (error?: Error) => {
    if (lost) return
    lost = true
    clearInterval(pulse)
    log().debug({ error }, 'the connection that listens was lost')
    client.end().catch(() => undefined)
    setTimeout(() => connect(url, channel, heard), RECONNECT_MS).unref()
  }
  const pulse = setInterval(() => client.query('select 1').catch(again), PULSE_MS).unref()
  client.on('error', again)
  client.on('end', again)
  client.on('notification', ({ payload }) => heard(payload ?? ''))
  client
    .connect()
    .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
    .catch(again)
}

/** Sends a text to whoever listens to a channel now. @throws {Error} when the database is away. */
export async function notify(channel: string, text: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${text})`.execute(database())
}
