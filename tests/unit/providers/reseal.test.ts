import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { migrate } from '@/lib/database/migrate'
import { openCredentials, resealKeys, sealCredentials } from '@/lib/providers/keys'
import { sealedBefore } from '../../earlier'

const SECRET = 'a-secret-of-these-tests'
const dataDir = mkdtempSync(join(tmpdir(), 'rill-reseal-'))
beforeAll(async () => {
  vi.stubEnv('DATA_DIR', dataDir)
  vi.stubEnv('RILL_SECRET', SECRET)
  await migrate(database())
})
afterAll(async () => {
  await database().destroy()
  rmSync(dataDir, { recursive: true, force: true })
})

async function provider(id: string) {
  const ownerId = 'ann'
  const sealed = sealedBefore(SECRET, { id, ownerId }, `old key of ${id}`)
  const timeouts = { firstTokenTimeoutMs: null, idleTimeoutMs: null }
  const row = { id, ownerId, name: id, baseUrl: 'https://api.example/v1', sealed, ...timeouts, createdAt: 1 }
  await database().insertInto('providers').values(row).execute()
}

async function keyOf(id: string) {
  const row = await database().selectFrom('providers').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  expect(row.sealed).toMatch(/^v2\./)
  return openCredentials(row)?.apiKey
}

test('a key entered while old ones are re-encrypted is kept', async () => {
  await provider('one')
  await provider('two')
  // Both rows are read before the first is written; then a new key is entered for the other.
  for (const [id, other] of [
    ['one', 'two'],
    ['two', 'one'],
  ] as const) {
    const entered = sealCredentials(other, { apiKey: `new key of ${other}`, headers: {} })
    await sql`create trigger ${sql.ref(`entered_for_${other}`)} after update on providers
      when new.id = ${sql.lit(id)} and not exists (select 1 from providers where sealed like 'v2.%' and id = ${sql.lit(other)})
      begin update providers set sealed = ${sql.lit(entered)} where id = ${sql.lit(other)}; end`.execute(database())
  }
  await resealKeys()
  const keys = [await keyOf('one'), await keyOf('two')]
  expect(keys.map((key) => key?.split(' of ')[0]).sort()).toEqual(['new key', 'old key'])
})
