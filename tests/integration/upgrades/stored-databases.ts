import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import Libsql from 'libsql'
import { vi } from 'vitest'
import type { Database } from '@/lib/database/client'
import { createDatabase, type Engine, queryOf } from '../house'

const folder = fileURLToPath(new URL('databases', import.meta.url))

export const SECRET = 'the secret of the stored databases'
/** The databases of earlier versions, the earliest first. */
export const stored = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()

export type Row = Record<string, unknown>

export interface Opened {
  db: Database
  /** The code of today, on this database. */
  live: Awaited<ReturnType<typeof liveCode>>
  /** Every row of a table, each column as text, in one order. */
  rows(table: string): Promise<Row[]>
  close(): Promise<void>
}

/** Loads a stored database into a fresh one of an engine, and makes it the process's own. */
export async function openStored(engine: Engine, file: string): Promise<Opened> {
  const text = await readFile(join(folder, file), 'utf8')
  const dataDir = await mkdtemp(join(tmpdir(), 'rill-stored-'))
  const url = engine === 'postgres' ? await createDatabase() : ''
  if (engine === 'postgres') await queryOf(url, text)
  else {
    const loaded = new Libsql(join(dataDir, 'rill.db'))
    loaded.exec(text)
    loaded.close()
  }
  // What a process holds once belongs to the database before this one: the code is loaded anew.
  vi.resetModules()
  Reflect.deleteProperty(globalThis, 'rill')
  vi.stubEnv('DATA_DIR', dataDir)
  vi.stubEnv('DATABASE_URL', url)
  vi.stubEnv('RILL_SECRET', SECRET)
  const live = await liveCode()
  const db = live.database()
  return {
    db,
    live,
    rows: (table) => rowsOf(db, table),
    async close() {
      await db.destroy()
      Reflect.deleteProperty(globalThis, 'rill')
      vi.unstubAllEnvs()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function liveCode() {
  return {
    ...(await import('@/lib/database/client')),
    ...(await import('@/lib/database/migrate')),
    ...(await import('@/lib/database/billing/budgets')),
    ...(await import('@/lib/database/conversations')),
    ...(await import('@/lib/database/messages')),
    ...(await import('@/lib/database/billing/prices')),
    ...(await import('@/lib/database/accounts/settings')),
    ...(await import('@/lib/database/billing/usage')),
    ...(await import('@/lib/providers/keys')),
    ...(await import('@/lib/providers/own')),
  }
}

async function rowsOf(db: Database, table: string): Promise<Row[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  const columns = tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? []
  if (columns.length === 0) return []
  const texts = columns.map((name) => sql`cast(${sql.ref(name)} as text) as ${sql.ref(name)}`)
  const { rows } = await sql<Row>`select ${sql.join(texts)} from ${sql.table(table)}`.execute(db)
  return rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}
