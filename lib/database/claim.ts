import 'server-only'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { log } from '@/lib/log'
import { defaultSettings, type Settings } from '@/lib/protocol/api'
import { type Budget, budget } from '@/lib/protocol/budgets'
import { amountOf, dollarsOf, picosOf } from '@/lib/protocol/money'
import type { Database } from './client'
import { lockOwners } from './owners'
import { keyColumns, sumColumns } from './rollups'
import { readSettings } from './settings'
import { MOST_STORED } from './spending'

/** The tables with rows that belong to somebody. */
export const ownedTables = [
  'conversations',
  'messages',
  'generations',
  'providers',
  'settings',
  'prices',
  'budgets',
  'spending',
  'usage_rollups',
] as const

/** Those in which an index finds the rows of an owner; messages are found by their conversations. */
const indexedTables = ownedTables.filter((table) => table !== 'messages')

/**
 * Gives all that other owners have to one owner, each of them in a transaction of its own: what a crash or a fault leaves
 * is tried again at the next start. Of two instances that claim at once, the second waits and finds nothing. Gives how
 * many owners it was.
 */
export async function claimOwners(db: Database, single: string): Promise<number> {
  let claimed = 0
  for (const other of await otherOwners(db, single)) {
    try {
      await db.transaction().execute(async (tx) => {
        await lockOwners(tx)
        await claim(tx, other, single)
      })
      claimed++
    } catch (error) {
      // One that cannot be read must not keep the others, or the server, from their work.
      log().error({ ownerId: other, error }, 'the history of a browser could not be added to the one history')
    }
  }
  return claimed
}

/** Whoever else has rows, those that were active last first. */
async function otherOwners(db: Database, single: string): Promise<string[]> {
  // As two ranges, the index leads past the rows of the one owner, however many they are.
  const others = indexedTables.map((table) => {
    const activity = table === 'conversations' ? sql`updated_at` : sql`0`
    return sql`select owner_id, ${activity} as active from ${sql.table(table)}
      where owner_id < ${single} or owner_id > ${single}`
  })
  const { rows } = await sql<{ ownerId: string }>`
    select owner_id from (${sql.join(others, sql` union all `)}) as others
    group by owner_id order by max(active) desc, owner_id desc`.execute(db)
  return rows.map(({ ownerId }) => ownerId)
}

async function claim(tx: Database, other: string, single: string): Promise<void> {
  const newer = (await lastActive(tx, other)) > (await lastActive(tx, single))
  await claimChoices(tx, other, single, newer)
  await claimPrices(tx, other, single, newer)
  await addUp(tx, 'spending', other, single)
  await addUp(tx, 'usage_rollups', other, single)
  await claimRows(tx, other, single)
  await tx.deleteFrom('owners').where('id', '=', other).execute()
}

async function lastActive(tx: Database, ownerId: string): Promise<number> {
  const row = await tx
    .selectFrom('conversations')
    .select((eb) => eb.fn.max('updatedAt').as('at'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirst()
  return Number(row?.at ?? 0)
}

async function claimRows(tx: Database, other: string, single: string): Promise<void> {
  // A turn id is one owner's own. The generation of the other keeps its row under an id that no other has.
  await sql`update generations set turn_id = id where owner_id = ${other}
    and turn_id in (select turn_id from generations where owner_id = ${single})`.execute(tx)
  await sql`update messages set owner_id = ${single} where owner_id = ${other} and conversation_id in (
    select id from conversations where owner_id = ${other}
    union select conversation_id from generations where owner_id = ${other})`.execute(tx)
  // A key of an earlier version opens only with its owner's id, which is therefore kept beside it.
  await sql`update providers set owner_id = ${single},
    sealed = case when sealed like '%.%' then sealed else 'v1.' || owner_id || '.' || sealed end
    where owner_id = ${other}`.execute(tx)
  for (const table of ['generations', 'conversations'] as const)
    await tx.updateTable(table).set({ ownerId: single }).where('ownerId', '=', other).execute()
}

/** Where both have a price of the same model, that of whoever was active last holds. */
async function claimPrices(tx: Database, other: string, single: string, newer: boolean): Promise<void> {
  const [given, kept] = newer ? [single, other] : [other, single]
  await sql`delete from prices where owner_id = ${given} and exists (select 1 from prices as other
    where other.owner_id = ${kept} and other.provider = prices.provider and other.model = prices.model)`.execute(tx)
  await tx.updateTable('prices').set({ ownerId: single }).where('ownerId', '=', other).execute()
}

const summed: Record<'spending' | 'usage_rollups', { key: string[]; sums: string[] }> = {
  spending: {
    key: ['owner_id', 'scope'],
    sums: ['spent_picos', 'spent_tokens', 'reserved_picos', 'reserved_tokens'],
  },
  usage_rollups: { key: keyColumns, sums: sumColumns },
}

/** Adds the sums of another owner to those under the same key. */
async function addUp(tx: Database, table: keyof typeof summed, other: string, single: string): Promise<void> {
  const { key, sums } = summed[table]
  const names = (columns: string[]) => sql.join(columns.map((name) => sql.ref(name)))
  const added = sums.map((name): RawBuilder<unknown> => {
    const [there, more] = [sql.ref(`${table}.${name}`), sql.ref(`excluded.${name}`)]
    const full = sql.lit(MOST_STORED)
    return sql`${sql.ref(name)} = case when ${there} > ${full} - ${more} then ${full} else ${there} + ${more} end`
  })
  const rest = key.filter((name) => name !== 'owner_id')
  await sql`
    insert into ${sql.table(table)} (owner_id, ${names([...rest, ...sums])})
    select ${single}, ${names([...rest, ...sums])} from ${sql.table(table)} where owner_id = ${other}
    order by ${names(rest)}
    on conflict (${names(key)}) do update set ${sql.join(added)}`.execute(tx)
  await sql`delete from ${sql.table(table)} where owner_id = ${other}`.execute(tx)
}

/** Settings and budgets: those of whoever was active last, and what only the other has. */
async function claimChoices(tx: Database, other: string, single: string, newer: boolean): Promise<void> {
  const theirs = await choicesOf(tx, other)
  const own = await choicesOf(tx, single)
  const [first, second] = newer ? [theirs, own] : [own, theirs]
  const settings = mergedSettings(first.settings, second.settings)
  const budgets = mergedBudgets([first, second], settings)
  if (settings !== null) {
    const json = JSON.stringify(settings)
    await tx
      .insertInto('settings')
      .values({ ownerId: single, settings: json })
      .onConflict((conflict) => conflict.column('ownerId').doUpdateSet({ settings: json }))
      .execute()
  }
  if (budgets.length > 0) {
    const json = JSON.stringify(budgets)
    await tx
      .insertInto('budgets')
      .values({ ownerId: single, budgets: json })
      .onConflict((conflict) => conflict.column('ownerId').doUpdateSet({ budgets: json }))
      .execute()
  }
  for (const table of ['settings', 'budgets'] as const)
    await tx.deleteFrom(table).where('ownerId', '=', other).execute()
}

interface Choices {
  settings: Settings | null
  budgets: Budget[]
}

async function choicesOf(tx: Database, ownerId: string): Promise<Choices> {
  const [settings, budgets] = await Promise.all([
    tx.selectFrom('settings').select('settings').where('ownerId', '=', ownerId).executeTakeFirst(),
    tx.selectFrom('budgets').select('budgets').where('ownerId', '=', ownerId).executeTakeFirst(),
  ])
  return {
    settings: settings ? readSettings(settings.settings) : null,
    budgets: budgets ? z.array(budget).parse(JSON.parse(budgets.budgets)) : [],
  }
}

/** What is as Rill sets it by itself was not chosen, and gives way to what the other chose. */
export function mergedSettings(first: Settings | null, second: Settings | null): Settings | null {
  if (first === null || second === null) return first ?? second
  const pick = <K extends keyof Settings>(key: K) => (first[key] === defaultSettings[key] ? second[key] : first[key])
  // A rate says nothing without its currency.
  const { currency, exchangeRate } = first.currency === defaultSettings.currency ? second : first
  return {
    theme: pick('theme'),
    enterSends: pick('enterSends'),
    defaultModel: pick('defaultModel'),
    timeZone: pick('timeZone'),
    currency,
    exchangeRate,
  }
}

/** The budgets of both, one for each scope and measure. */
export function mergedBudgets(choices: Choices[], settings: Settings | null): Budget[] {
  const merged = new Map<string, Budget>()
  for (const { budgets, settings: own } of choices)
    for (const each of budgets) {
      const key = `${each.scope} ${each.measure}`
      if (!merged.has(key)) merged.set(key, inKnownCurrency(each, own, settings))
    }
  return [...merged.values()]
}

/** A cap in a currency whose rate is not known allows nothing, so one whose rate was known goes into dollars. */
function inKnownCurrency(each: Budget, own: Settings | null, settings: Settings | null): Budget {
  const known = [null, 'USD', settings?.currency ?? 'USD']
  if (known.includes(each.currency) || each.currency === null || own === null) return each
  const rate = { currency: own.currency, perDollar: own.exchangeRate }
  const picos = dollarsOf({ picos: picosOf(each.amount), currency: each.currency }, rate)
  return picos === null ? each : { ...each, amount: amountOf(picos), currency: 'USD' }
}
