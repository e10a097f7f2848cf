import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { mergeOwners } from '@/lib/database/accounts/merge-owners'
import { ensureSingleOwner } from '@/lib/database/accounts/owners'
import { insertSession, sweepSessions } from '@/lib/database/accounts/sessions'
import type { Database } from '@/lib/database/client'
import { connectPostgres } from '@/lib/database/postgres'
import { kyselyOverSqlite } from '@/lib/database/sqlite'
import { conversationPage, settings } from '@/lib/protocol/api'
import { budgetList } from '@/lib/protocol/billing/budgets'
import { priceList } from '@/lib/protocol/billing/prices'
import { providerList } from '@/lib/protocol/providers'
import { cookieBefore, migrateTo, sealedBefore } from '../../earlier'
import { type RillServer, startRill } from '../../rill-server'
import { type ScriptedUpstream, startScriptedUpstream } from '../../upstream/scripted'
import { setBudgets } from '../billing/budgets'
import { Client } from '../client'
import { createDatabase, type Engine, engines } from '../house'

const SECRET = 'a-secret-of-the-upgrade-tests'
const PASSWORD = 'correct horse battery'
const DAY = 20_400
const AT = DAY * 86_400_000
const people = ['ann', 'bob', 'cid'] as const
type Person = (typeof people)[number]

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
})
afterAll(() => upstream?.stop())

/** A database of an earlier version with three browsers: Bob was active last, and Ann has the most conversations. */
async function fill(db: Database, version: string): Promise<Record<Person, string>> {
  const ids = { ann: uuidv7(), bob: uuidv7(), cid: uuidv7() }
  const has = (migration: string) => version >= migration
  const count = { ann: 3, bob: 2, cid: 1 }
  for (const [index, person] of people.entries()) {
    const owner = ids[person]
    for (let number = 0; number < count[person]; number++)
      await conversation(db, {
        owner,
        title: `${person} ${number}`,
        turn: `turn ${number}`,
        at: activity(person) + number,
      })
    const id = uuidv7()
    await sql`insert into providers (id, owner_id, name, base_url, sealed, created_at) values (${id}, ${owner},
      ${`of ${person}`}, ${upstream.baseUrl}, ${sealedBefore(SECRET, { id, ownerId: owner }, `key of ${person}`)}, ${AT})`.execute(
      db,
    )
    await sql`insert into settings (owner_id, settings) values (${owner}, ${JSON.stringify(settingsOf[person])})`.execute(
      db,
    )
    if (has('0005_prices')) {
      await price(db, owner, 'shared', index)
      await price(db, owner, `only ${person}`, index)
    }
    if (!has('0006_usage')) continue
    await sql`insert into budgets (owner_id, budgets) values (${owner}, ${JSON.stringify(budgetsOf[person])})`.execute(
      db,
    )
    for (const [scope, picos, tokens] of [
      ['month:2026-11', 100n * 10n ** 12n + BigInt(index), 10 ** index],
      [`conversation:${owner}`, 1n, 1],
    ] as const)
      await sql`insert into spending (owner_id, scope, spent_picos, spent_tokens, reserved_picos, reserved_tokens)
        values (${owner}, ${scope}, ${picos}, ${tokens}, 5, 7)`.execute(db)
    if (!has('0007_rollups')) continue
    for (const conversationId of ['', owner, 'tests'])
      await sql`insert into usage_rollups (owner_id, conversation_id, day, provider_id, model, currency, generations,
        completed, prompt_tokens, cost_picos, wait3) values (${owner}, ${conversationId}, ${DAY + 500}, 'environment', 'scripted', 'USD',
        ${index + 1}, ${index + 1}, ${10 ** index}, 3, 1)`.execute(db)
  }
  return ids
}

function activity(person: Person): number {
  return AT + { ann: 1000, bob: 3000, cid: 2000 }[person]
}

const settingsOf = {
  ann: {
    theme: 'dark',
    enterSends: false,
    defaultModel: 'ann-1',
    currency: 'EUR',
    exchangeRate: '0.5',
    timeZone: 'UTC',
  },
  bob: {
    theme: 'light',
    enterSends: true,
    defaultModel: null,
    currency: 'INR',
    exchangeRate: '88.5',
    timeZone: 'Asia/Kolkata',
  },
  cid: { theme: 'dark', enterSends: true, defaultModel: 'cid-1', currency: 'USD', exchangeRate: '1', timeZone: 'UTC' },
}
const budgetsOf = {
  ann: [
    { scope: 'conversation', measure: 'cost', amount: '10', currency: 'EUR' },
    { scope: 'day', measure: 'tokens', amount: '1000', currency: null },
  ],
  bob: [{ scope: 'day', measure: 'tokens', amount: '2000', currency: null }],
  cid: [
    { scope: 'day', measure: 'tokens', amount: '3000', currency: null },
    { scope: 'month', measure: 'cost', amount: '500', currency: 'USD' },
  ],
}

async function conversation(
  db: Database,
  { owner, title, turn, at }: { owner: string; title: string; turn: string; at: number },
) {
  const [id, prompt, reply] = [uuidv7(), uuidv7(), uuidv7()]
  await sql`insert into conversations (id, owner_id, title, model, created_at, updated_at)
    values (${id}, ${owner}, ${title}, 'scripted', ${at}, ${at})`.execute(db)
  await sql`insert into messages (id, conversation_id, owner_id, parent_id, role, parts, created_at)
    values (${prompt}, ${id}, ${owner}, null, 'user', ${parts(`prompt of ${title}`)}, ${at})`.execute(db)
  await sql`insert into messages (id, conversation_id, owner_id, parent_id, role, parts, created_at)
    values (${reply}, ${id}, ${owner}, ${prompt}, 'assistant', ${parts(`reply to ${title}`)}, ${at})`.execute(db)
  await sql`insert into generations (id, owner_id, conversation_id, user_message_id, message_id, turn_id, instance_id,
    provider_id, model, status, finish_reason, started_at, ended_at) values (${uuidv7()}, ${owner}, ${id}, ${prompt}, ${reply},
    ${turn}, 'gone', 'environment', 'scripted', 'completed', 'stop', ${at}, ${at + 1})`.execute(db)
}

function parts(text: string): string {
  return JSON.stringify([{ type: 'text', text }])
}

async function price(db: Database, owner: string, model: string, input: number) {
  const row = {
    provider: 'scripted.example',
    model,
    currency: 'USD',
    input: `${input}`,
    cachedInput: null,
    output: '1',
  }
  const rest = {
    reasoning: null,
    longPrompt: null,
    contextWindow: null,
    maxOutput: null,
    date: '2026-11-01',
    source: '',
  }
  await sql`insert into prices (owner_id, provider, model, price)
    values (${owner}, 'scripted.example', ${model}, ${JSON.stringify({ ...row, ...rest })})`.execute(db)
}

/** The sums over all owners, which a merge must not change. */
async function sums(db: Database) {
  const { rows: spending } =
    await sql`select scope, cast(sum(spent_picos) as text) as picos, sum(spent_tokens) as tokens,
    sum(reserved_picos) as reserved from spending group by scope order by scope`.execute(db)
  const { rows: rollups } = await sql`select conversation_id, day, sum(generations) as generations,
    sum(prompt_tokens) as prompt_tokens, sum(cost_picos) as cost, sum(wait3) as waits
    from usage_rollups group by conversation_id, day order by conversation_id, day`.execute(db)
  return JSON.stringify({ spending, rollups })
}

/** Makes the last step of merging an owner fail. */
async function failFor(db: Database, engine: Engine, owner: string) {
  if (engine === 'sqlite') {
    await sql`create trigger broken before update on conversations when old.owner_id = ${sql.lit(owner)}
      begin select raise(abort, 'broken'); end`.execute(db)
    return
  }
  await sql`create function broken() returns trigger language plpgsql as $$ begin raise 'broken'; end $$`.execute(db)
  await sql`create trigger broken before update on conversations for each row
    when (old.owner_id = ${sql.lit(owner)}) execute function broken()`.execute(db)
}

interface Stored {
  db: Database
  folder: string
  url: string
  remove(): Promise<void>
}

async function emptyDatabase(engine: Engine): Promise<Stored> {
  const folder = await mkdtemp(join(tmpdir(), 'rill-upgrade-'))
  const url = engine === 'postgres' ? await createDatabase() : ''
  const db = url ? connectPostgres(url, 0) : kyselyOverSqlite(join(folder, 'rill.db'))
  return {
    db,
    folder,
    url,
    async remove() {
      await db.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe.each(engines)('merging owners, on %s', (engine) => {
  let stored: Stored
  afterEach(() => stored?.remove())

  async function upgraded() {
    stored = await emptyDatabase(engine)
    const { db } = stored
    await migrateTo(db, '0008_usage_by_day')
    const ids = await fill(db, '0008_usage_by_day')
    await migrateTo(db, '9999')
    return { db, ids, single: await ensureSingleOwner(db, true) }
  }

  test('covers every table with an owner', async () => {
    const { db, single } = await upgraded()
    await mergeOwners(db, single)
    const tables = await db.introspection.getTables()
    const owned = tables.filter(({ columns }) => columns.some(({ name }) => name === 'owner_id' || name === 'ownerId'))
    expect(owned.length).toBeGreaterThan(9)
    // `budgets` is unused, and stays for instances of an earlier version.
    for (const { name } of owned.filter(({ name }) => !['sessions', 'budgets'].includes(name))) {
      const { rows } = await sql<{ ownerId: string }>`select distinct owner_id from ${sql.table(name)}`.execute(db)
      expect([name, rows.map(({ ownerId }) => ownerId)]).toEqual([name, [single]])
    }
  })

  test('the owner with the most conversations becomes the shared one, and sums stay exact', async () => {
    const { db, ids, single } = await upgraded()
    expect(single).toBe(ids.ann)
    const before = await sums(db)
    expect(await mergeOwners(db, single)).toBe(2)
    expect(await sums(db)).toBe(before)
    expect(await mergeOwners(db, single)).toBe(0)
    expect(await sums(db)).toBe(before)
  })

  test('two instances that start at once do it once', async () => {
    const { db, single } = await upgraded()
    const before = await sums(db)
    await Promise.all([mergeOwners(db, single), mergeOwners(db, single)])
    expect(await sums(db)).toBe(before)
  })

  test('caps sums at what a column holds', async () => {
    const { db, ids, single } = await upgraded()
    await sql`update spending set spent_picos = 8000000000000000000`.execute(db)
    await sql`update usage_rollups set cost_picos = 8000000000000000000`.execute(db)
    await mergeOwners(db, single)
    const { rows } = await sql<{ most: string }>`select cast(max(spent_picos) as text) as most from spending
      union all select cast(max(cost_picos) as text) from usage_rollups`.execute(db)
    expect(rows.map(({ most }) => most)).toEqual(['9000000000000000000', '9000000000000000000'])
    expect(ids.ann).toBe(single)
  })

  test.each(['bob', 'ann'] as const)('unparsable budgets of %s block nothing, and stay', async (person) => {
    const { db, ids, single } = await upgraded()
    await sql`update budget_limits set budget = '{' where owner_id = ${ids[person]}`.execute(db)
    expect(await mergeOwners(db, single)).toBe(2)
    const { rows } = await sql`select id from conversations where owner_id <> ${single}`.execute(db)
    expect(rows).toEqual([])
    const { rows: kept } = await sql`select budget from budget_limits where owner_id = ${ids[person]}
      and budget = '{'`.execute(db)
    expect(kept).toHaveLength(budgetsOf[person].length)
    const { rows: all } = await sql<{ budget: string }>`select budget from budget_limits`.execute(db)
    const others = people.filter((other) => other !== person).flatMap((other) => budgetsOf[other])
    for (const { scope } of others) expect(all.map(({ budget }) => budget).join()).toContain(`"scope":"${scope}"`)
  })

  test.each([
    ['an amount that is no number', 'about ten', '0.5'],
    ['a rate that is none', '10', 'half'],
    ['a rate of 0', '10', '0'],
  ])('a budget with %s stays as it is and blocks nothing', async (_, amount, exchangeRate) => {
    const { db, ids, single } = await upgraded()
    const own = { ...settingsOf.ann, exchangeRate }
    await sql`update settings set settings = ${JSON.stringify(own)} where owner_id = ${ids.ann}`.execute(db)
    const odd = JSON.stringify({ ...budgetsOf.ann[0], amount })
    await sql`update budget_limits set budget = ${odd} where owner_id = ${ids.ann} and measure = 'cost'`.execute(db)
    expect(await mergeOwners(db, single)).toBe(2)
    const { rows } = await sql<{ ownerId: string; budget: string }>`select owner_id, budget from budget_limits`.execute(
      db,
    )
    expect(rows.map(({ ownerId }) => ownerId)).toEqual([single, single, single])
    expect(rows.map(({ budget }) => JSON.parse(budget))).toContainEqual(JSON.parse(odd))
  })

  test('if settings can’t be merged, the rest is, and the next start tries again', async () => {
    const { db, single } = await upgraded()
    await sql`alter table prices rename to elsewhere`.execute(db)
    await sql`create view prices as select * from elsewhere`.execute(db)
    if (engine === 'postgres') await sql`create rule held as on delete to prices do instead select 1 / 0`.execute(db)
    expect(await mergeOwners(db, single)).toBe(2)
    const { rows: others } = await sql`select id from conversations where owner_id <> ${single}`.execute(db)
    expect(others).toEqual([])
    const count = async () => {
      const { rows } = await sql`select budget from budget_limits where owner_id = ${single}`.execute(db)
      return rows.length
    }
    expect(await count()).toBe(2)
    await sql`drop view prices`.execute(db)
    await sql`alter table elsewhere rename to prices`.execute(db)
    await mergeOwners(db, single)
    expect(await count()).toBe(3)
  })

  test('later merges leave unparsable rows alone, and changes of the shared owner', async () => {
    const { db, ids, single } = await upgraded()
    await sql`update budget_limits set budget = '{' where owner_id = ${ids.bob}`.execute(db)
    await sql`update settings set settings = '{' where owner_id = ${ids.bob}`.execute(db)
    expect(await mergeOwners(db, single)).toBe(2)
    await sql`update budget_limits set version = 7 where owner_id = ${single}`.execute(db)
    const all = async () => {
      const { rows: limits } = await sql`select * from budget_limits order by id`.execute(db)
      const { rows: chosen } = await sql`select * from settings order by owner_id`.execute(db)
      return { limits, chosen }
    }
    const before = await all()
    expect(before.limits.length).toBeGreaterThan(3)
    expect(await mergeOwners(db, single)).toBe(0)
    expect(await all()).toEqual(before)
  })

  test('settings of the shared owner take precedence over those of visitors', async () => {
    const { db, ids, single } = await upgraded()
    await sql`insert into owners (id, kind, created_at) values (${ids.bob}, 'visitor', 1)`.execute(db)
    await mergeOwners(db, single)
    const { rows: chosen } = await sql<{ settings: string }>`select settings from settings`.execute(db)
    expect(chosen.map((row) => JSON.parse(row.settings))).toMatchObject([
      { theme: 'dark', defaultModel: 'cid-1', currency: 'EUR' },
    ])
    const { rows: limits } = await sql<{ budget: string }>`select budget from budget_limits`.execute(db)
    expect(limits.map(({ budget }) => budget).join()).not.toContain('"amount":"2000"')
    const { rows: prices } = await sql<{ price: string }>`select price from prices where model = 'shared'`.execute(db)
    expect(prices.map((row) => JSON.parse(row.price).input)).toEqual(['2'])
  })

  test('a failure half-way loses nothing, and the next start continues', async () => {
    const { db, ids, single } = await upgraded()
    const before = await sums(db)
    await failFor(db, engine, ids.bob)
    expect(await mergeOwners(db, single)).toBe(1)
    expect(await sums(db)).toBe(before)
    const count = async () => {
      const { rows } = await sql`select id from conversations where owner_id = ${ids.bob}`.execute(db)
      return rows.length
    }
    expect(await count()).toBe(2)
    await sql`drop trigger broken ${engine === 'postgres' ? sql`on conversations` : sql``}`.execute(db)
    expect(await mergeOwners(db, single)).toBe(1)
    expect(await sums(db)).toBe(before)
    expect(await count()).toBe(0)
  })

  test('rows that an older instance writes later are merged next time, into the same rows', async () => {
    const { db, ids, single } = await upgraded()
    await mergeOwners(db, single)
    await sql`insert into spending (owner_id, scope, spent_picos, spent_tokens, reserved_picos, reserved_tokens)
      values (${ids.bob}, 'month:2026-11', 11, 13, -5, -7)`.execute(db)
    await conversation(db, { owner: ids.bob, title: 'late', turn: 'turn 0', at: AT + 9000 })
    const before = await sums(db)
    expect(await mergeOwners(db, single)).toBe(1)
    expect(await sums(db)).toBe(before)
    const { rows } = await sql<{ reserved: string }>`select cast(reserved_picos as text) as reserved from spending
      where scope = 'month:2026-11'`.execute(db)
    expect(rows).toEqual([{ reserved: '10' }])
  })
})

test('many visitors are swept with other work in between, and those with rows stay', async () => {
  const stored = await emptyDatabase('sqlite')
  const { db } = stored
  await migrateTo(db, '9999')
  const soon = Date.now() + 60_000
  for (let number = 0; number < 1000; number++) {
    const ownerId = `visitor ${number}`
    await insertSession(db, { ownerId, tokenHash: `${number}`, passwordMark: null, expiresAt: number < 2 ? soon : 1 })
  }
  await conversation(db, { owner: 'visitor 999', title: 'kept', turn: 'turn', at: AT })
  let over = false
  const sweep = sweepSessions(db).then(() => {
    over = true
  })
  let otherWork = 0
  for (; !over; otherWork++) await setImmediate()
  await sweep
  expect(otherWork).toBeGreaterThan(5)
  const { rows } = await sql<{ id: string }>`select id from owners order by id`.execute(db)
  expect(rows.map(({ id }) => id)).toEqual(['visitor 0', 'visitor 1', 'visitor 999'])
  expect((await sql`select id from sessions`.execute(db)).rows).toHaveLength(2)
  await stored.remove()
})

describe.each(engines)('a database of an earlier version, on %s', (engine) => {
  let stored: Stored
  let rill: RillServer | null = null
  afterEach(async () => {
    await rill?.kill('SIGINT')
    rill = null
    await stored?.remove()
  })

  async function start(environment: Record<string, string> = {}): Promise<Client> {
    await rill?.kill('SIGTERM')
    const env = { DATABASE_URL: stored.url, RILL_SECRET: SECRET, OPENAI_BASE_URL: upstream.baseUrl, ...environment }
    rill = await startRill({ dataDir: stored.folder, env })
    return browser()
  }

  function browser(cookie?: string): Client {
    const client = new Client(() => rill?.url ?? '')
    client.cookie = cookie
    return client
  }

  async function earlier(version: string) {
    stored = await emptyDatabase(engine)
    await migrateTo(stored.db, version)
    const ids = await fill(stored.db, version)
    // Rill locks the folder.
    if (engine === 'sqlite') await stored.db.destroy()
    return ids
  }

  const everybodys = ['bob 1', 'bob 0', 'cid 0', 'ann 2', 'ann 1', 'ann 0']
  const titles = async (client: Client) =>
    (await client.ask(conversationPage, 'GET', '/api/conversations')).conversations.map(({ title }) => title)

  test.each(['0001_spine', '0004_continuations', '0005_prices', '0008_usage_by_day'])(
    'of %s opens in local mode with what all browsers had',
    async (version) => {
      await earlier(version)
      const client = await start()
      expect(await titles(client)).toEqual(everybodys)
      const { conversations } = await client.ask(conversationPage, 'GET', '/api/conversations')
      for (const { id, title } of conversations) {
        const { messages } = await client.conversation(id)
        expect(messages.map(({ parts }) => parts)).toMatchObject([
          [{ type: 'text', text: `prompt of ${title}` }],
          [{ type: 'text', text: `reply to ${title}` }],
        ])
      }
      if (version >= '0006') await setBudgets(client)
      // A reply in another browser's conversation.
      const [first] = conversations
      const { messages } = await client.conversation(first?.id ?? '')
      const answer = await client.finish({ text: 'And now?', conversationId: first?.id, parentId: messages.at(-1)?.id })
      expect(answer.status).toBe('completed')
    },
  )

  test('keys can be unsealed, and are sealed to the provider only', async () => {
    await earlier('0008_usage_by_day')
    const client = await start()
    const { own } = await client.ask(providerList, 'GET', '/api/providers')
    expect(own.map(({ name, hasKey }) => [name, hasKey]).sort()).toEqual([
      ['of ann', true],
      ['of bob', true],
      ['of cid', true],
    ])
    await setBudgets(client)
    for (const { id, name } of own) {
      await client.finish({ text: name, model: `${id}:scripted` })
      const asked = upstream.requests.find(({ prompt }) => prompt === name)
      expect(asked?.headers.authorization).toBe(`Bearer key ${name}`)
    }
    if (engine === 'sqlite') return
    const { rows } = await sql<{ sealed: string }>`select sealed from providers`.execute(stored.db)
    expect(rows.map(({ sealed }) => sealed.slice(0, 3))).toEqual(['v2.', 'v2.', 'v2.'])
  })

  test('settings and budgets are those of the most recently active owner, completed by those of others', async () => {
    await earlier('0008_usage_by_day')
    const client = await start()
    expect(await client.ask(settings, 'GET', '/api/settings')).toEqual({
      ...settingsOf.bob,
      enterSends: false,
      defaultModel: 'cid-1',
    })
    const { budgets } = await client.ask(budgetList, 'GET', '/api/budgets')
    expect(budgets.map(({ scope, measure, amount, currency }) => [scope, measure, amount, currency]).sort()).toEqual([
      // A euro was two dollars; the merged settings have no rate for euros.
      ['conversation', 'cost', '20', 'USD'],
      ['day', 'tokens', '2000', null],
      ['month', 'cost', '500', 'USD'],
    ])
    const { own } = await client.ask(priceList, 'GET', '/api/prices')
    expect(own.map(({ model, input }) => [model, input])).toEqual([
      ['only ann', '0'],
      ['only bob', '1'],
      ['only cid', '2'],
      ['shared', '1'],
    ])
  })

  test('generations that an earlier version left running end, and release their reservations', {
    timeout: 40_000,
  }, async () => {
    stored = await emptyDatabase(engine)
    await migrateTo(stored.db, '0008_usage_by_day')
    const ids = await fill(stored.db, '0008_usage_by_day')
    const booking = {
      model: 'scripted',
      scopes: ['month:2026-11'],
      held: ['month:2026-11'],
      reserved: { picos: '5', tokens: '7' },
      rate: { currency: 'USD', perDollar: '1' },
    }
    // With a turn id that another browser has used too.
    await sql`update generations set status = 'running', ended_at = null, turn_id = 'turn 2',
      booking = ${JSON.stringify(booking)} where owner_id = ${ids.bob} and turn_id = 'turn 1'`.execute(stored.db)
    if (engine === 'sqlite') await stored.db.destroy()
    const client = await start()
    const { conversations } = await client.ask(conversationPage, 'GET', '/api/conversations')
    const cut = conversations.find(({ title }) => title === 'bob 1')
    const ending = async () => (await client.conversation(cut?.id ?? '')).messages.at(-1)?.generation?.status
    // On Postgres its instance has ten seconds to send a heartbeat.
    await expect.poll(ending, { timeout: 30_000 }).toBe('interrupted')
    await rill?.kill('SIGTERM')
    const db = engine === 'sqlite' ? kyselyOverSqlite(join(stored.folder, 'rill.db')) : stored.db
    const { rows } = await sql<Record<string, unknown>>`select reserved_picos, reserved_tokens from spending
      where scope = 'month:2026-11'`.execute(db)
    expect(rows).toEqual([{ reservedPicos: 10, reservedTokens: 14 }])
    if (db !== stored.db) await db.destroy()
  })

  test('usage includes all owners', async () => {
    await earlier('0008_usage_by_day')
    const client = await start()
    const totals = z.object({ totals: z.object({ generations: z.number(), promptTokens: z.number() }) })
    const usage = await client.ask(totals, 'GET', '/api/usage?from=2027-01-01&to=2027-12-31')
    expect(usage.totals).toEqual({ generations: 6, promptTokens: 111 })
  })

  test('in password mode, signed-in browsers stay signed in', async () => {
    const ids = await earlier('0008_usage_by_day')
    await start({ RILL_PASSWORD: PASSWORD })
    expect((await browser().call('GET', '/api/conversations')).status).toBe(401)
    const old = await cookieBefore(SECRET, ids.bob, PASSWORD)
    const signedIn = browser(old)
    expect(await titles(signedIn)).toEqual(everybodys)
    expect(signedIn.cookie).toMatch(/^rill-[0-9a-f]{8}=/)
    // Concurrent requests with the old cookie get the same session.
    const second = browser(old)
    await titles(second)
    expect(second.cookie).toBe(signedIn.cookie)
    for (const [what, cookie] of [
      ['one that was not signed in', await cookieBefore(SECRET, ids.bob)],
      ['one with another password', await cookieBefore(SECRET, ids.bob, 'another password')],
      ['one that is signed with another secret', await cookieBefore('another-secret-0123', ids.bob, PASSWORD)],
      ['one that is cut', old.slice(0, -4)],
    ])
      expect([what, (await browser(cookie).call('GET', '/api/conversations')).status]).toEqual([what, 401])
    // After signing out, neither cookie works.
    expect((await signedIn.call('DELETE', '/api/session')).status).toBe(204)
    expect((await browser(old).call('GET', '/api/conversations')).status).toBe(401)
    expect((await browser(second.cookie).call('GET', '/api/conversations')).status).toBe(401)
  })

  test('in open mode, each old cookie has its own history', async () => {
    const ids = await earlier('0008_usage_by_day')
    await start({ RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    for (const person of people) {
      const client = browser(await cookieBefore(SECRET, ids[person]))
      expect((await titles(client)).map((title) => title.split(' ')[0])).toEqual(
        Array.from({ length: { ann: 3, bob: 2, cid: 1 }[person] }, () => person),
      )
      // So does the session that replaced it.
      expect(client.cookie).toMatch(/^rill-/)
      expect(await titles(client)).not.toEqual([])
    }
    const stranger = browser()
    expect(await titles(stranger)).toEqual([])
    expect(
      (await browser(await cookieBefore('another-secret-0123', ids.bob)).call('GET', '/api/conversations')).text,
    ).toContain('"conversations":[]')
  })

  // Starts a server four times.
  test('open, then password, then local: nothing is lost; back in open mode, the shared history is kept', {
    timeout: 60_000,
  }, async () => {
    const ids = await earlier('0008_usage_by_day')
    await start({ RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    const visitor = browser()
    await visitor.finish({ text: 'a visitor' })
    const bob = browser(await cookieBefore(SECRET, ids.bob))
    await setBudgets(bob)
    await bob.finish({ text: 'bob, later' })

    await start({ RILL_PASSWORD: PASSWORD })
    const signedIn = browser()
    await signedIn.call('POST', '/api/session', { json: { password: PASSWORD } })
    await setBudgets(signedIn)
    expect((await titles(signedIn)).sort()).toEqual([...everybodys, 'a visitor', 'bob, later'].sort())
    expect((await visitor.call('GET', '/api/conversations')).status).toBe(401)

    const local = await start()
    expect((await titles(local)).sort()).toEqual([...everybodys, 'a visitor', 'bob, later'].sort())
    await local.finish({ text: 'local' })

    await start({ RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1' })
    // In open mode nobody can see the shared history, not even browsers that were signed in.
    for (const client of [
      browser(signedIn.cookie),
      browser(bob.cookie),
      browser(await cookieBefore(SECRET, ids.ann)),
      browser(),
    ])
      expect(await titles(client)).toEqual([])

    const again = await start()
    expect((await titles(again)).sort()).toEqual([...everybodys, 'a visitor', 'bob, later', 'local'].sort())
  })

  test('a key that was sealed with another secret can be unsealed once that secret is back', async () => {
    await earlier('0008_usage_by_day')
    const other = await start({ RILL_SECRET: 'another-secret-0123' })
    const { own } = await other.ask(providerList, 'GET', '/api/providers')
    expect(own.map(({ unreadable }) => unreadable)).toEqual([true, true, true])
    expect((await other.call('GET', '/api/models')).status).toBe(200)
    await setBudgets(other)
    const refusal = await other.refusal('POST', '/api/chat', {
      json: { turnId: 'unreadable', text: 'x', model: `${own[0]?.id}:scripted` },
    })
    expect(refusal.problem).toMatchObject({ kind: 'auth', message: expect.stringContaining(own[0]?.name ?? '') })
    // Entering it again works.
    expect((await other.call('PATCH', `/api/providers/${own[0]?.id}`, { json: { apiKey: 'new' } })).status).toBe(200)

    const client = await start()
    const now = await client.ask(providerList, 'GET', '/api/providers')
    expect(now.own.map(({ unreadable }) => unreadable)).toEqual([true, false, false])
    await setBudgets(client)
    await client.finish({ text: 'back', model: `${own[1]?.id}:scripted` })
    expect(upstream.requests.find(({ prompt }) => prompt === 'back')?.headers.authorization).toBe(
      `Bearer key ${own[1]?.name}`,
    )
  })
})
