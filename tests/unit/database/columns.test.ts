import Libsql from 'libsql'
import { beforeAll, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { messagesOf } from '@/lib/database/messages'
import { ownedGeneration } from '@/lib/database/ownership'
import { ownDatabase } from './own-database'

const statements: string[] = []
const prepare = Libsql.prototype.prepare
vi.spyOn(Libsql.prototype, 'prepare').mockImplementation(function (this: Libsql.Database, sql: string) {
  statements.push(sql)
  return prepare.call(this, sql)
})

ownDatabase()
beforeAll(async () => {
  const times = { createdAt: 1, updatedAt: 1, deletedAt: null }
  await database()
    .insertInto('conversations')
    .values({ id: 'one', ownerId: 'ann', title: 'One', model: null, ...times })
    .execute()
})

/** The selected columns of each query of a table. */
function columnsRead(table: string): string[] {
  return statements
    .filter((sql) => sql.startsWith('select') && sql.includes(`from "${table}"`))
    .map((sql) => sql.slice(0, sql.indexOf(' from ')))
}

test.each([undefined, 60])(
  'opening a conversation reads only columns that a page shows (newest: %s)',
  async (newest) => {
    statements.length = 0
    await messagesOf('one', newest)
    const read = [...columnsRead('generations'), ...columnsRead('messages')]
    expect(read.length).toBeGreaterThan(1)
    for (const columns of read) expect(columns).not.toMatch(/\*|outline|price|booking|settings|owner_id/)
  },
)

test('the check of a generation’s owner doesn’t read its event index', async () => {
  statements.length = 0
  await expect(ownedGeneration('none', 'ann')).rejects.toMatchObject({ status: 404 })
  expect(columnsRead('generations')).toHaveLength(1)
  for (const columns of columnsRead('generations')) expect(columns).not.toMatch(/\*|outline/)
})
