import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { migrations } from '@/lib/database/migrations'
import { picosOf } from '@/lib/protocol/billing/money'
import { engines } from '../house'
import { type Opened, openStored, type Row, stored } from './stored-databases'

/** Tables to whose rows an upgrade only adds columns. */
const kept = ['conversations', 'messages', 'generations', 'generation_pieces', 'providers', 'capabilities', 'prices']
const sums = ['spending', 'usage_rollups']
const rate = { currency: 'INR', perDollar: '88.5' }
const usageJson = z.object({ promptTokens: z.number(), completionTokens: z.number() })

let opened: Opened | null = null
afterEach(async () => {
  await opened?.close()
  opened = null
})

test('every file of the folder was written by its version', async () => {
  expect(stored).toHaveLength(12)
  const readme = await readFile(new URL('databases/README.md', import.meta.url), 'utf8')
  expect(stored.filter((file) => !readme.includes(`\`${file}\``))).toEqual([])
})

describe.each(engines)('an upgrade to now, on %s', (engine) => {
  describe.each(stored)('of %s', (file) => {
    test('keeps every row and its content, unseals every key, and runs once', async () => {
      opened = await openStored(engine, file)
      const { db, rows, live } = opened
      const before = new Map<string, Row[]>()
      for (const table of [...kept, ...sums, 'budgets', 'settings']) before.set(table, await rows(table))
      const old = (table: string) => before.get(table) ?? []
      await live.migrate(db)

      for (const table of kept) expect(await rows(table), table).toEqual(old(table).map(including))
      for (const table of sums.filter((each) => old(each).length > 0))
        expect(await rows(table), table).toEqual(old(table).map((row) => expect.objectContaining(row)))
      const ran = await rows('kysely_migration')
      expect(ran.map(({ name }) => name).sort()).toEqual(Object.keys(migrations).sort())

      const owners = [...new Set(old('conversations').map(({ ownerId }) => String(ownerId)))]
      expect(owners).toHaveLength(2)
      for (const owner of owners) {
        await checkConversations(opened, owner, old)
        const mine = (table: string) => old(table).filter(({ ownerId }) => ownerId === owner)
        for (const { settings } of mine('settings'))
          expect(await live.settingsOf(owner)).toMatchObject(JSON.parse(String(settings)))
        expect(await live.ownPrices(owner)).toMatchObject(mine('prices').map(({ price }) => JSON.parse(String(price))))
        const { budgets } = await live.billingTermsOf(owner, [''])
        const listed = mine('budgets').flatMap((row) => z.array(z.unknown()).parse(JSON.parse(String(row.budgets))))
        expect(budgets).toHaveLength(listed.length)
        expect(budgets).toEqual(
          expect.arrayContaining(listed.map((budget) => expect.objectContaining(budget as object))),
        )
        // That version's roll-ups counted replies but no tokens; its rows stay as they are.
        if (file !== '0007-without-prompt-index.sql') await checkSums(opened, owner, mine('generations'))
      }
      await checkProviders(opened, owners)

      const all = [...kept, ...sums, 'settings', 'kysely_migration']
      const once = await Promise.all(all.map(rows))
      await live.migrate(db)
      expect(await Promise.all(all.map(rows))).toEqual(once)
    })
  })

  test('unparsable usage doesn’t stop the migration', async () => {
    opened = await openStored(engine, '0005.sql')
    const { db } = opened
    const ids = (await opened.rows('generations')).filter(({ usage }) => usage !== null).map(({ id }) => String(id))
    const odd = ['{}', 'null', 'not JSON', '{"promptTokens": 1e300, "completionTokens": -4, "cachedTokens": "7"}']
    for (const [index, usage] of odd.entries())
      await sql`update generations set usage = ${usage} where id = ${ids[index]}`.execute(db)
    await opened.live.migrate(db)
    const counted = (await opened.rows('generations')).filter(({ id }) => ids.slice(0, 4).includes(String(id)))
    expect(counted.map(({ promptTokens, completionTokens }) => [promptTokens, completionTokens])).toEqual(
      odd.map(() => ['0', '0']),
    )
  })

  test('more money than a column holds doesn’t stop the migration', async () => {
    opened = await openStored(engine, '0006.sql')
    await sql`update generations set cost_picos = 9000000000000000000 where cost_picos is not null`.execute(opened.db)
    await opened.live.migrate(opened.db)
    const costs = (await opened.rows('usage_rollups')).map(({ costPicos }) => BigInt(String(costPicos)))
    expect(costs.reduce((most, each) => (each > most ? each : most))).toBe(9n * 10n ** 18n)
  })

  test('Lab runs leave the list of conversations; conversations with the same title stay', async () => {
    opened = await openStored(engine, '0008.sql')
    const { db, rows, live } = opened
    const mine = (await rows('conversations')).filter(({ ownerId, deletedAt }) => deletedAt === null && ownerId)
    const [run, named] = mine.map(({ id }) => String(id))
    await sql`update conversations set title = 'Lab', model = null where id = ${run}`.execute(db)
    await sql`update conversations set title = 'Lab', model = 'scripted' where id = ${named}`.execute(db)
    await live.migrate(db)
    const listed = async (kind?: 'lab') => {
      const owners = [...new Set(mine.map(({ ownerId }) => String(ownerId)))]
      const pages = await Promise.all(owners.map((owner) => live.listConversations(owner, { limit: 100, kind })))
      return pages.flatMap(({ conversations }) => conversations.map(({ id }) => id)).sort()
    }
    expect(await listed('lab')).toEqual([run])
    expect(await listed()).toEqual(mine.flatMap(({ id }) => (id === run ? [] : String(id))).sort())
  })

  test('a migration that fails half-way is rolled back, and the next start runs it', async () => {
    opened = await openStored(engine, '0008.sql')
    const { db, rows, live } = opened
    // Blocks the second table of a migration, after its first was created.
    await sql`create table sessions (id text)`.execute(db)
    await expect(live.migrate(db)).rejects.toThrow('sessions')
    const tables = await db.introspection.getTables()
    expect(tables.map(({ name }) => name)).not.toContain('owners')
    await sql`drop table sessions`.execute(db)
    await live.migrate(db)
    expect((await rows('kysely_migration')).map(({ name }) => name).sort()).toEqual(Object.keys(migrations).sort())
  })

  test.each(['9999_from_the_future', '0008_of_another_branch'])(
    'a database with %s is refused in words',
    async (name) => {
      opened = await openStored(engine, '0008.sql')
      await sql`insert into kysely_migration (name, timestamp) values (${name}, 'then')`.execute(opened.db)
      const before = await opened.rows('conversations')
      await expect(opened.live.migrate(opened.db)).rejects.toThrow(
        `This database was upgraded by a later version of Rill (${name}), and this version can’t read it. Nothing in it was changed. Run that version again, or restore a backup from before the upgrade.`,
      )
      expect(await opened.rows('conversations')).toEqual(before)
      expect((await opened.rows('kysely_migration')).length).toBe(10)
    },
  )
})

/** An upgrade may fill null columns. */
function including(row: Row) {
  return expect.objectContaining(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))
}

/** Every conversation is listed, with unchanged messages. */
async function checkConversations({ live }: Opened, owner: string, old: (table: string) => Row[]): Promise<void> {
  const mine = old('conversations').filter(({ ownerId, deletedAt }) => ownerId === owner && deletedAt === null)
  const { conversations } = await live.listConversations(owner, { limit: 100 })
  expect(conversations.map(({ id, title }) => ({ id, title })).toSorted(byId)).toEqual(
    mine.map(({ id, title }) => ({ id: String(id), title: String(title) })).toSorted(byId),
  )
  for (const { id } of mine) {
    const { messages } = await live.messagesOf(String(id))
    const were = old('messages').filter(({ conversationId }) => conversationId === id)
    expect(messages.map((message) => [message.id, message.parentId, message.parts]).sort()).toEqual(
      were.map((row) => [row.id, row.parentId, JSON.parse(String(row.parts))]).sort(),
    )
    expect(messages.filter(({ role }) => role === 'assistant').every(({ generation }) => generation !== null)).toBe(
      true,
    )
  }
}

/** Every key can be unsealed. */
async function checkProviders({ live }: Opened, owners: string[]): Promise<void> {
  const providers = (await Promise.all(owners.map(live.providerRows))).flat()
  const credentials = providers.map(live.credentialsOf)
  expect(credentials.toSorted((one, other) => String(one.apiKey).localeCompare(String(other.apiKey)))).toEqual([
    { apiKey: 'sk-of-ann-1', headers: { 'X-Team': 'quince' } },
    { apiKey: 'sk-of-bob-2', headers: {} },
  ])
}

/** The usage report equals a count of the generations. */
async function checkSums({ db, live }: Opened, owner: string, generations: Row[]): Promise<void> {
  const days = generations.map(({ startedAt }) => Math.floor(Number(startedAt) / 86_400_000))
  const filter = { ownerId: owner, from: Math.min(...days) - 1, to: Math.max(...days) + 1 }
  const { totals, conversations } = await live.usageReport(db, filter, { cursor: null, limit: 10, rate })
  const ended = generations.filter(({ status }) => status !== 'running')
  // Early versions didn't count unfinished replies.
  const usages = ended.flatMap(({ usage }) => (usage === null ? [] : [usageJson.parse(JSON.parse(String(usage)))]))
  const tests = conversations.rows.find(({ conversationId }) => conversationId === 'tests')
  expect({
    generations: totals.generations - (tests?.generations ?? 0),
    promptTokens: totals.promptTokens - (tests?.promptTokens ?? 0),
    completionTokens: totals.completionTokens - (tests?.completionTokens ?? 0),
  }).toEqual({
    generations: ended.length,
    promptTokens: usages.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completionTokens: usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  })
  const dollars = ended
    .filter(({ costCurrency }) => costCurrency === 'USD')
    .reduce((sum, { costPicos }) => sum + BigInt(String(costPicos)), 0n)
  const told = totals.cost.find(({ currency }) => currency === 'USD')
  expect(told ? picosOf(told.amount) : 0n).toBe(dollars)
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1
}
