import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openSqlite } from '@/lib/database/sqlite'

const names = ['rill.db', 'rill.db-wal', 'rill.db-shm', 'rill.lock']
const modesIn = (folder: string, files = names) =>
  files.map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))

test('in an existing folder, the files are readable for this user only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rill-private-'))
  chmodSync(folder, 0o755)
  const umask = process.umask(0o022)
  try {
    const db = openSqlite(folder)
    await sql`create table a (b text)`.execute(db)
    expect(modesIn(folder)).toEqual(['600', '600', '600', '600'])
    await db.destroy()
  } finally {
    process.umask(umask)
    rmSync(folder, { recursive: true })
  }
})

test('files of an earlier version that others could read no longer are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rill-private-'))
  try {
    for (const name of ['rill.db', 'rill.lock', 'secret']) {
      writeFileSync(join(folder, name), '')
      chmodSync(join(folder, name), 0o644)
    }
    const db = openSqlite(folder)
    await sql`create table a (b text)`.execute(db)
    expect(modesIn(folder, [...names, 'secret'])).toEqual(['600', '600', '600', '600', '600'])
    await db.destroy()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
