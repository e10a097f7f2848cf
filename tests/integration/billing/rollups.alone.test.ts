import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addToRollups } from '@/lib/database/billing/rollups'
import { conversationUsage, exportRows, type UsageFilter, usageReport } from '@/lib/database/billing/usage'
import type { Database } from '@/lib/database/client'
import { migrate } from '@/lib/database/migrate'
import { countOldTokens, rollUpAll } from '@/lib/database/migrations/0007-rollups'
import { connectPostgres } from '@/lib/database/postgres'
import { openSqlite } from '@/lib/database/sqlite'
import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'
import { picosOf } from '@/lib/protocol/billing/money'
import { tokensPerSecond } from '@/lib/protocol/billing/speed'
import { bucketOf, type Figures, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'
import { createDatabase, engines } from '../house'

const DAY_MS = 86_400_000
const zones = ['UTC', 'Asia/Kolkata', 'America/New_York']
/** The reasoning tokens of each generation: enough to affect its speed. */
const REASONING = 1_000
const order = { cursor: null, limit: 10, rate: { currency: 'INR', perDollar: '88.5' } }

/** The columns of an ended generation that roll-ups use. */
const generation = fc.record({
  owner: fc.constantFrom('ann', 'bob'),
  conversation: fc.constantFrom('one', 'two'),
  provider: fc.constantFrom('environment', 'demo'),
  model: fc.constantFrom('brook', 'creek'),
  status: fc.constantFrom('completed', 'stopped', 'interrupted', 'failed'),
  source: fc.constantFrom('reported', 'estimated'),
  startedAt: fc.integer({ min: 20_000 * DAY_MS, max: 20_003 * DAY_MS }),
  waitMs: fc.option(fc.oneof(fc.constantFrom(...waitBounds), fc.integer({ min: 0, max: 70_000 }))),
  writingMs: fc.integer({ min: 0, max: 20_000 }),
  attempts: fc.integer({ min: 1, max: 4 }),
  promptTokens: fc.integer({ min: 0, max: 100_000 }),
  completionTokens: fc.integer({ min: 0, max: 4_000 }),
  outline: fc.constantFrom(null, '[-3,5]', '[9,-12,5]', '[9,5]'),
  // Beyond what a float can hold exactly.
  cost: fc.option(fc.tuple(fc.bigInt(0n, 10n ** 17n), fc.constantFrom('USD', 'INR'))),
})
type Ended = typeof generation extends fc.Arbitrary<infer E> ? E : never

const dear: Ended = {
  ...{ owner: 'ann', conversation: 'one', provider: 'demo', model: 'brook', status: 'completed', source: 'reported' },
  ...{ startedAt: 20_000 * DAY_MS, waitMs: 1, writingMs: 1, attempts: 1, promptTokens: 1, completionTokens: 1 },
  outline: null,
  cost: null,
}

describe.each(engines)('roll-ups, on %s', (engine) => {
  let db: Database
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rill-rollups-'))
    db = engine === 'sqlite' ? openSqlite(folder) : connectPostgres(await createDatabase(), 0)
    await migrate(db)
  })
  afterAll(async () => {
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(() => empty(db))

  test('sums that are added one by one equal a scan, in every time zone, exactly', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(generation, { minLength: 1, maxLength: 25 }),
        fc.constantFrom(...zones),
        async (all, zone) => {
          await empty(db)
          await live(db, zone)
          for (const each of all)
            await db.transaction().execute(async (tx) => addToRollups(tx, [await insert(tx, each)]))
          const mine = all.filter(({ owner }) => owner === 'ann')
          const report = await usageReport(db, filterOf('ann'), order)
          expect(plain(report.totals)).toEqual(scan(mine))
          expect(report.totals.waits).toEqual(
            histogram(
              mine.map(({ waitMs }) => waitMs),
              waitBounds,
            ),
          )
          expect(report.totals.speeds).toEqual(histogram(mine.map(speedOf), speedBounds))
          const split = (key: (each: Ended) => string) =>
            Object.fromEntries(
              [...new Set(mine.map(key))].map((name) => [name, scan(mine.filter((each) => key(each) === name))]),
            )
          const by = <Row extends Figures>(rows: Row[], key: (row: Row) => string) =>
            Object.fromEntries(rows.map((row) => [key(row), plain(row)]))
          expect(by(report.days, ({ day }) => day)).toEqual(split(({ startedAt }) => isoOfDay(dayOf(startedAt, zone))))
          expect(by(report.models, ({ providerId, model }) => providerId + model)).toEqual(
            split(({ provider, model }) => provider + model),
          )
          expect(by(report.providers, ({ providerId }) => providerId)).toEqual(split(({ provider }) => provider))
          expect(by(report.conversations.rows, ({ conversationId }) => conversationId.slice(4))).toEqual(
            split(({ conversation }) => conversation),
          )
        },
      ),
      { numRuns: 15 },
    )
  })

  test('generations from before roll-ups give the same sums', async () => {
    await live(db, 'UTC')
    for (const each of fc.sample(generation, 60))
      await db.transaction().execute(async (tx) => addToRollups(tx, [await insert(tx, each)]))
    const before = await everything(db)
    await sql`delete from usage_rollups`.execute(db)
    await sql`update generations set prompt_tokens = null, completion_tokens = null, cached_tokens = null,
      reasoning_tokens = null`.execute(db)
    await countOldTokens(db, 7)
    await rollUpAll(db)
    expect(before.length).toBeGreaterThan(8)
    expect(await everything(db)).toEqual(before)
  })

  test('sums are capped at what a column holds', async () => {
    await live(db, 'UTC')
    const most = 9n * 10n ** 18n
    const [one, other] = (['brook', 'creek'] as const).map(
      (model): Ended => ({ ...dear, model, cost: [most - 1n, 'USD'] }),
    )
    for (const each of [one, one, other])
      await db.transaction().execute(async (tx) => addToRollups(tx, [await insert(tx, each ?? dear)]))
    const { totals, models } = await usageReport(db, filterOf('ann'), order)
    expect(models.map(({ model, cost }) => [model, picosOf(cost[0]?.amount ?? '')])).toEqual([
      ['brook', most],
      ['creek', most - 1n],
    ])
    expect(totals).toMatchObject({ generations: 3, cost: [{ amount: '17999999.999999999999', currency: 'USD' }] })
  })

  test('reports can be filtered by model, provider and conversation', async () => {
    await live(db, 'UTC')
    const all = fc.sample(generation, 60).map((each): Ended => ({ ...each, owner: 'ann' }))
    for (const each of all) await db.transaction().execute(async (tx) => addToRollups(tx, [await insert(tx, each)]))
    const part = async (more: Partial<UsageFilter>) =>
      plain((await usageReport(db, { ...filterOf('ann'), ...more }, order)).totals)
    expect(await part({ model: 'brook' })).toEqual(scan(all.filter(({ model }) => model === 'brook')))
    expect(await part({ provider: 'demo' })).toEqual(scan(all.filter(({ provider }) => provider === 'demo')))
    expect(await part({ conversation: 'ann-two' })).toEqual(
      scan(all.filter(({ conversation }) => conversation === 'two')),
    )
    expect(await part({ conversation: 'bob-two' })).toEqual(scan([]))
    const exported: unknown[] = []
    for await (const rows of exportRows(db, filterOf('ann'), 7))
      exported.push(...rows.map(({ generations }) => generations))
    expect(exported.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(all.length)
  })

  test('a report of a million generations reads none of them', async () => {
    await fill(db, { days: 365, models: 20, conversations: 20_000 })
    // Without the rows, a scan would find nothing.
    await sql`alter table generations rename to generations_away`.execute(db)
    try {
      const filter = { ownerId: 'ann', from: 20_000, to: 20_364 }
      const began = performance.now()
      const { report, gap } = await withLongestGap(() => usageReport(db, filter, order))
      const took = performance.now() - began
      expect(report.totals.generations).toBeGreaterThanOrEqual(1_000_000)
      expect([report.days.length, report.models.length]).toEqual([365, 20])
      expect(report.conversations).toMatchObject({ count: 20_000 })
      expect(report.conversations.rows).toHaveLength(10)
      // Half a second on a quiet machine.
      expect([took, took < 6_000]).toEqual([expect.any(Number), true])
      // SQLite reads on the event loop, so other work must run in between.
      expect([gap, gap < took / 4]).toEqual([expect.any(Number), true])
      const [first] = (await conversationUsage(db, { ...filter, to: 20_000 }, order)).rows
      expect(first).toMatchObject({ generations: 5, promptTokens: 5_000 })
    } finally {
      await sql`alter table generations_away rename to generations`.execute(db)
    }
  })
})

describe.each(engines)('the list of 50,000 conversations, on %s', (engine) => {
  let db: Database
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rill-pages-'))
    db = engine === 'sqlite' ? openSqlite(folder) : connectPostgres(await createDatabase(), 0)
    await migrate(db)
    await fill(db, { days: 30, models: 2, conversations: 50_000, each: 1 })
  })
  afterAll(async () => {
    await db.destroy()
    await rm(folder, { recursive: true, force: true })
  })
  const filter = { ownerId: 'ann', from: 20_000, to: 20_029 }

  test('is read completely and in order, without repeats, also while rows are added', async () => {
    const narrow = { ...filter, to: 20_000, from: 20_000 }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await conversationUsage(db, narrow, { ...order, limit: 300, cursor })
      seen.push(...page.rows.map(({ conversationId }) => conversationId))
      cursor = page.nextCursor
      // The most expensive: it belongs on an earlier page, and moves nothing onto the next.
      await addConversation(db, `new ${seen.length}`)
    } while (cursor !== null)
    const all = Array.from({ length: 1667 }, (_, index) => `conversation ${(1666 - index) * 30}`)
    expect(seen).toEqual(all)
  })

  test('page N runs the same statements as the first, with as many rows', async () => {
    const first = await counted(db, (of) => conversationUsage(of, filter, order))
    // The position of the 49,000th conversation.
    const { rows } = await sql<{
      cost: number
    }>`select cast(cost_picos as double precision) * 1.0 as cost from usage_rollups
      where conversation_id = 'conversation 1000'`.execute(db)
    const place = [Number(((rows[0]?.cost ?? 0) * 88.5).toPrecision(12)), 5_000, 'conversation 1000']
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
    const last = await counted(db, (of) => conversationUsage(of, filter, { ...order, cursor }))
    expect(last.result.rows.map(({ conversationId }) => conversationId)).toEqual(
      Array.from({ length: 10 }, (_, index) => `conversation ${999 - index}`),
    )
    expect(last.statements).toEqual(first.statements)
    expect(first.statements.reduce((sum, count) => sum + count, 0)).toBeLessThan(50_100)
  })

  test.each(['', 'nonsense', Buffer.from('[1]').toString('base64url'), '%00'])(
    'refuses the cursor %j',
    async (cursor) => {
      await expect(conversationUsage(db, filter, { ...order, cursor })).rejects.toMatchObject({ status: 400 })
    },
  )
})

async function addConversation(db: Database, id: string): Promise<void> {
  await sql`insert into usage_rollups (owner_id, conversation_id, day, provider_id, model, currency, generations, cost_picos)
    values ('ann', ${id}, 20000, 'environment', 'model', 'USD', 1, 1000000000000000)`.execute(db)
}

/** Runs work, and returns how many statements it ran and how many rows each returned. */
async function counted<Result>(db: Database, work: (db: Database) => Promise<Result>) {
  const statements: number[] = []
  const counting = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      statements.push(result.rows.length)
      return result
    },
  })
  return { result: await work(counting), statements }
}

/** Runs work, and returns the longest time that it blocked the event loop. */
async function withLongestGap<Report>(work: () => Promise<Report>): Promise<{ report: Report; gap: number }> {
  const turns = [performance.now()]
  const timer = setInterval(() => turns.push(performance.now()), 1)
  const report = await work().finally(() => clearInterval(timer))
  turns.push(performance.now())
  return { report, gap: Math.max(...turns.map((at, index) => at - (turns[index - 1] ?? at))) }
}

function filterOf(ownerId: string): UsageFilter {
  return { ownerId, from: 19_990, to: 20_010 }
}

/** The two owners with their conversations, in a time zone. */
async function live(db: Database, timeZone: string): Promise<void> {
  for (const ownerId of ['ann', 'bob']) {
    await db
      .insertInto('settings')
      .values({ ownerId, settings: JSON.stringify({ timeZone }) })
      .execute()
    for (const name of ['one', 'two']) {
      const id = `${ownerId}-${name}`
      const times = { createdAt: 1, updatedAt: 1, deletedAt: null }
      await db
        .insertInto('conversations')
        .values({ id, ownerId, title: name, model: null, ...times })
        .execute()
      const message = { id, conversationId: id, ownerId, parentId: null, parts: '[]', createdAt: 1 }
      await db
        .insertInto('messages')
        .values({ ...message, role: 'user' })
        .execute()
    }
  }
}

/** Inserts an ended generation and returns its id. */
async function insert(db: Database, ended: Ended): Promise<string> {
  const id = uuidv7()
  const place = `${ended.owner}-${ended.conversation}`
  const firstTokenAt = ended.waitMs === null ? null : ended.startedAt + ended.waitMs
  const [picos, currency] = ended.cost ?? [null, null]
  await sql`
    insert into generations (id, owner_id, conversation_id, user_message_id, message_id, continuation, turn_id, instance_id,
      provider_id, model, status, usage, started_at, first_token_at, ended_at, attempts, prompt_tokens, completion_tokens,
      cached_tokens, reasoning_tokens, cost_picos, cost_currency, outline)
    values (${id}, ${ended.owner}, ${place}, ${place}, ${place}, ${nextContinuation()}, ${id}, 'house', ${ended.provider}, ${ended.model},
      ${ended.status}, ${usageOf(ended)}, ${ended.startedAt},
      ${firstTokenAt}, ${(firstTokenAt ?? ended.startedAt) + ended.writingMs}, ${ended.attempts}, ${ended.promptTokens},
      ${ended.completionTokens}, 1, ${REASONING}, ${picos === null ? null : sql.lit(picos)}, ${currency}, ${ended.outline})`.execute(
    db,
  )
  return id
}

function usageOf({ promptTokens, completionTokens, source }: Ended): string {
  return JSON.stringify({
    promptTokens,
    completionTokens,
    cachedTokens: 1,
    reasoningTokens: REASONING,
    source,
    cost: null,
  })
}

let continuations = 0
const nextContinuation = () => continuations++

async function empty(db: Database): Promise<void> {
  for (const table of ['usageRollups', 'conversations', 'settings'] as const) await db.deleteFrom(table).execute()
}

async function everything(db: Database): Promise<unknown[]> {
  const { rows } = await sql`select usage_rollups.*, cast(cost_picos as text) as cost_picos from usage_rollups
    order by owner_id, conversation_id, day, provider_id, model, currency`.execute(db)
  return rows
}

/** The same figures, computed from the generations. */
function scan(all: Ended[]) {
  const ended = (status: string) => all.filter((each) => each.status === status).length
  const costs: Record<string, bigint> = {}
  for (const { cost } of all) if (cost) costs[cost[1]] = (costs[cost[1]] ?? 0n) + cost[0]
  return {
    generations: all.length,
    completed: ended('completed'),
    stopped: ended('stopped'),
    interrupted: ended('interrupted'),
    failed: ended('failed'),
    retried: all.filter(({ attempts }) => attempts > 1).length,
    attempts: all.reduce((sum, { attempts }) => sum + attempts, 0),
    estimated: all.filter(({ source }) => source === 'estimated').length,
    unpriced: all.filter(({ cost }) => cost === null).length,
    promptTokens: all.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completionTokens: all.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    cachedTokens: all.length,
    reasoningTokens: all.length * REASONING,
    cost: costs,
  }
}

function plain({ generations, completed, stopped, interrupted, failed, retried, attempts, cost, ...rest }: Figures) {
  const { estimated, unpriced, promptTokens, completionTokens, cachedTokens, reasoningTokens } = rest
  return {
    ...{ generations, completed, stopped, interrupted, failed, retried, attempts },
    ...{ estimated, unpriced, promptTokens, completionTokens, cachedTokens, reasoningTokens },
    cost: Object.fromEntries(cost.map(({ amount, currency }) => [currency, picosOf(amount)])),
  }
}

function speedOf({ waitMs, writingMs, completionTokens, outline }: Ended): number | null {
  const usage = { completionTokens, reasoningTokens: REASONING }
  return waitMs === null ? null : tokensPerSecond(usage, writingMs, outline?.includes('-') === true)
}

function histogram(values: (number | null)[], bounds: number[]): number[] {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0)
  for (const value of values) {
    const bucket = value === null ? -1 : bucketOf(value, bounds)
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return counts
}

/** Roll-ups of a person with a million replies. */
async function fill(
  db: Database,
  { days, models, conversations, each = 10 }: Record<'days' | 'models' | 'conversations', number> & { each?: number },
) {
  const rows = (count: number) =>
    sql`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${sql.lit(count - 1)})`
  const columns = sql`(owner_id, conversation_id, day, provider_id, model, currency, generations, completed, prompt_tokens, cost_picos, wait3, speed4)`
  await sql`insert into usage_rollups ${columns} ${rows(days * models)}
    select 'ann', '', 20000 + i / ${sql.lit(models)}, 'environment', 'model ' || (i % ${sql.lit(models)}), 'USD', 140, 139,
    140000, 1000000000, 100, 100 from n`.execute(db)
  await sql`insert into usage_rollups ${columns} ${rows(conversations * each)}
    select 'ann', 'conversation ' || (i / ${sql.lit(each)}), 20000 + i % ${sql.lit(days)}, 'environment', 'model ' || (i % ${sql.lit(each)}),
    'USD', 5, 5, 5000, 10000000 + i, 5, 5 from n`.execute(db)
}
