import 'server-only'
import { sql } from 'kysely'
import { z } from 'zod'
import { log } from '@/lib/log'
import { defaultSettings, type Settings } from '@/lib/protocol/api'
import { type Budget, budget } from '@/lib/protocol/budgets'
import { amountOf, dollarsOf, picosOf } from '@/lib/protocol/money'
import type { Database } from './client'
import type { PriceRow } from './schema'
import { readSettings } from './settings'

const budgetsJson = z.array(budget)

/** What an owner has chosen. */
export interface Choices {
  settings: Settings | null
  budgets: Budget[]
}

/**
 * Merges the settings, budgets and prices of several owners into those of one of them. Where they clash, those of whoever
 * stands first in `order` hold. What cannot be read stays where it is.
 */
export async function claimChoices(tx: Database, order: string[], single: string): Promise<void> {
  // Another instance has done it.
  if (order.every((owner) => owner === single)) return
  const settings = await readTable(tx, 'settings', order, readSettings)
  const budgets = await readTable(tx, 'budgets', order, (json) => budgetsJson.parse(JSON.parse(json)))
  const merged = mergedChoices(
    order.map((owner) => ({ settings: settings.get(owner) ?? null, budgets: budgets.get(owner) ?? [] })),
  )
  await writeTable(tx, 'settings', [...settings.keys()], single, merged.settings)
  await writeTable(tx, 'budgets', [...budgets.keys()], single, merged.budgets)
  await claimPrices(tx, order, single)
}

/** What several owners have chosen, taken together; the first one's choice comes first. */
export function mergedChoices(all: Choices[]): Choices {
  const settings = all.reduce<Settings | null>((merged, next) => mergedSettings(merged, next.settings), null)
  const budgets = new Map<string, Budget>()
  for (const { budgets: own, settings: of } of all)
    for (const each of own) {
      const key = `${each.scope} ${each.measure}`
      if (!budgets.has(key)) budgets.set(key, inKnownCurrency(each, of, settings))
    }
  return { settings, budgets: [...budgets.values()] }
}

/** What is as Rill sets it by itself was not chosen, and gives way to what the other chose. */
function mergedSettings(first: Settings | null, second: Settings | null): Settings | null {
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

/** A cap in a currency whose rate is not known allows nothing, so one whose rate was known goes into dollars. */
function inKnownCurrency(each: Budget, own: Settings | null, settings: Settings | null): Budget {
  const known = ['USD', settings?.currency ?? 'USD']
  if (each.currency === null || known.includes(each.currency) || own === null) return each
  const rate = { currency: own.currency, perDollar: own.exchangeRate }
  const picos = dollarsOf({ picos: picosOf(each.amount), currency: each.currency }, rate)
  return picos === null ? each : { ...each, amount: amountOf(picos), currency: 'USD' }
}

/** They are kept alike: one JSON text for each owner, in a column that has the name of the table. */
type Table = 'settings' | 'budgets'

async function readTable<T>(
  tx: Database,
  table: Table,
  order: string[],
  read: (json: string) => T,
): Promise<Map<string, T>> {
  const { rows } = await sql<{ ownerId: string; json: string }>`
    select owner_id, ${sql.ref(table)} as json from ${sql.table(table)}`.execute(tx)
  const texts = new Map(rows.map(({ ownerId, json }) => [ownerId, json]))
  const all = new Map<string, T>()
  for (const ownerId of order) {
    const json = texts.get(ownerId)
    try {
      if (json !== undefined) all.set(ownerId, read(json))
    } catch (error) {
      log().error({ ownerId, table, error }, 'what an owner has chosen cannot be read and stays as it is')
    }
  }
  return all
}

/** Puts what was merged in the place of what it was merged from. */
async function writeTable(tx: Database, table: Table, from: string[], single: string, merged: unknown): Promise<void> {
  if (from.length === 0) return
  const { rows: own } = await sql`select 1 from ${sql.table(table)} where owner_id = ${single}`.execute(tx)
  // The one owner's could not be read: the others keep theirs until somebody has mended it.
  if (own.length > 0 && !from.includes(single)) return
  for (const owner of from) await sql`delete from ${sql.table(table)} where owner_id = ${owner}`.execute(tx)
  await sql`insert into ${sql.table(table)} (owner_id, ${sql.ref(table)})
    values (${single}, ${JSON.stringify(merged)})`.execute(tx)
}

/** One price for each model of a provider. */
async function claimPrices(tx: Database, order: string[], single: string): Promise<void> {
  const rows = await tx.selectFrom('prices').selectAll().execute()
  const rank = new Map(order.map((owner, index) => [owner, index]))
  const first = new Map<string, PriceRow>()
  for (const row of rows.toSorted((one, other) => (rank.get(one.ownerId) ?? 0) - (rank.get(other.ownerId) ?? 0))) {
    const key = JSON.stringify([row.provider, row.model])
    if (!first.has(key)) first.set(key, row)
  }
  await tx.deleteFrom('prices').execute()
  for (const row of first.values())
    await tx
      .insertInto('prices')
      .values({ ...row, ownerId: single })
      .execute()
}
