import 'server-only'
import { sql } from 'kysely'
import pg from 'pg'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { database } from './client'

const RECONNECT_MS = 1_000

/**
 * Hears what is sent to a channel of the Postgres server (LISTEN), on a connection of its own that is made again when it
 * is lost. What is sent meanwhile is not heard. On SQLite there is nobody to hear.
 */
export function listenTo(channel: string, heard: (text: string) => void): void {
  const { databaseUrl } = config()
  if (databaseUrl) connect(databaseUrl, channel, heard)
}

function connect(url: string, channel: string, heard: (text: string) => void): void {
  const client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5_000 })
  let lost = false
  const again = (error?: Error) => {
    if (lost) return
    lost = true
    log().debug({ error }, 'the connection that listens was lost')
    client.end().catch(() => undefined)
    setTimeout(() => connect(url, channel, heard), RECONNECT_MS).unref()
  }
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
