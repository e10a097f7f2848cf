import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { log } from '@/lib/log'
import { defaultSettings, type Settings } from '@/lib/protocol/api'
import { type Budget, budget } from '@/lib/protocol/billing/budgets'
import { amountOf, dollarsOf, picosOf } from '@/lib/protocol/billing/money'
import type { Database } from '../client'
import type { PriceRow } from '../schema'
import { parseSettings } from './settings'

/** An owner's settings and budgets. */
export interface Choices {
  settings: Settings | null
  budgets: Budget[]
}

/**
 * Merges the settings, budgets, and prices of several owners into those of one of them. Conflicts go to the owner who comes
 * first in `order`. Rows that can't be parsed stay where they are.
 */
export async function mergeChoices(tx: Database, order: string[], single: string): Promise<void> {
  // Another instance was first.
  if (order.every((owner) => owner === single)) return
  const settings = await storedSettings(tx, order)
  const budgets = await readableBudgets(tx, single)
  const merged = mergedChoices(
    order.map((owner) => ({
      settings: settings.get(owner) ?? null,
      budgets: budgets.filter(({ ownerId }) => ownerId === owner).map((row) => row.budget),
    })),
  )
  const stray = [...settings.keys()].some((owner) => owner !== single)
  if (stray && merged.settings) await writeSettings(tx, [...settings.keys()], single, merged.settings)
  logClashes(order, budgets)
  await writeBudgets(tx, budgets, single, merged.budgets)
  await mergePrices(tx, order, single)
}

/** Merges the settings and budgets of several owners; earlier owners take precedence. */
export function mergedChoices(all: Choices[]): Choices {
  const settings = all.reduce<Settings | null>((merged, next) => mergedSettings(merged, next.settings), null)
  const budgets = new Map<string, Budget>()
  for (const { budgets: own, settings: of } of all)
    for (const each of own) {
      const key = kindOf(each)
      if (!budgets.has(key)) budgets.set(key, inKnownCurrency(each, of, settings))
    }
  return { settings, budgets: [...budgets.values()] }
}

/** Merges setting by setting. A default isn't a choice, so the other's value replaces it. */
function mergedSettings(first: Settings | null, second: Settings | null): Settings | null {
  if (first === null || second === null) return first ?? second
  const pick = <K extends keyof Settings>(key: K) => (first[key] === defaultSettings[key] ? second[key] : first[key])
  // A rate is meaningless without its currency.
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

/** Converts a budget to dollars if its currency's rate would be lost: without a rate, a budget allows nothing. */
function inKnownCurrency(each: Budget, own: Settings | null, settings: Settings | null): Budget {
  const known = ['USD', settings?.currency ?? 'USD']
  if (each.currency === null || known.includes(each.currency) || own === null) return each
  const rate = { currency: own.currency, perDollar: own.exchangeRate }
  try {
    const picos = dollarsOf({ picos: picosOf(each.amount), currency: each.currency }, rate)
    return picos === null ? each : { ...each, amount: amountOf(picos), currency: 'USD' }
  } catch (error) {
    // An invalid amount or rate, or a rate of 0, can't be converted.
    if (error instanceof RangeError) return each
    throw error
  }
}

async function storedSettings(tx: Database, order: string[]): Promise<Map<string, Settings>> {
  const rows = await tx.selectFrom('settings').select(['ownerId', 'settings']).execute()
  const texts = new Map(rows.map(({ ownerId, settings }) => [ownerId, settings]))
  const all = new Map<string, Settings>()
  for (const ownerId of order) {
    const json = texts.get(ownerId)
    try {
      if (json !== undefined) all.set(ownerId, parseSettings(json))
    } catch (error) {
      log().error({ ownerId, error }, 'an owner’s settings are unreadable and were left as they are')
    }
  }
  return all
}

/** Replaces the owners' settings with the merged ones. */
async function writeSettings(tx: Database, from: string[], single: string, merged: Settings): Promise<void> {
  const own = await tx.selectFrom('settings').select('ownerId').where('ownerId', '=', single).executeTakeFirst()
  // The shared owner's settings can't be parsed: the others keep theirs until that is fixed.
  if (own && !from.includes(single)) return
  if (from.length > 0) await tx.deleteFrom('settings').where('ownerId', 'in', from).execute()
  await tx
    .insertInto('settings')
    .values({ ownerId: single, settings: JSON.stringify(merged) })
    .execute()
}

interface ReadableBudget {
  id: string
  ownerId: string
  budget: Budget
}

/** The budgets that can be parsed, without those that conflict with an unparsable one of the shared owner. */
async function readableBudgets(tx: Database, single: string): Promise<ReadableBudget[]> {
  const rows = await tx.selectFrom('budgetLimits').selectAll().orderBy('id').execute()
  const readable: ReadableBudget[] = []
  const blocked = new Set<string>()
  for (const { id, ownerId, scope, measure, budget: json } of rows) {
    const read = parseBudget(json)
    if (read) readable.push({ id, ownerId, budget: read })
    else {
      log().error({ ownerId, budgetId: id }, 'a budget is unreadable and was left as it is')
      if (ownerId === single) blocked.add(kindOf({ scope, measure }))
    }
  }
  return readable.filter(({ budget: { scope, measure } }) => !blocked.has(kindOf({ scope, measure })))
}

function parseBudget(json: string): Budget | null {
  try {
    return budget.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}

function kindOf({ scope, measure }: { scope: string; measure: string }): string {
  return `${scope} ${measure}`
}

/** Logs the budgets that are replaced by one of the same kind, since nobody will see them again. */
function logClashes(order: string[], budgets: ReadableBudget[]): void {
  const kept = new Map<string, string>()
  for (const owner of order)
    for (const { id, ownerId, budget: each } of budgets) {
      if (ownerId !== owner) continue
      const keptId = kept.get(kindOf(each))
      if (keptId === undefined) kept.set(kindOf(each), id)
      else log().warn({ ownerId, budgetId: id, keptId }, 'a budget gave way to another of its kind')
    }
}

/** Replaces the budgets with the merged ones. Unchanged budgets of the shared owner keep their rows. */
async function writeBudgets(tx: Database, from: ReadableBudget[], single: string, merged: Budget[]): Promise<void> {
  const holds = (each: ReadableBudget) => each.ownerId === single && merged.includes(each.budget)
  const kept = from.filter(holds).map(({ budget: own }) => own)
  for (const each of from) if (!holds(each)) await tx.deleteFrom('budgetLimits').where('id', '=', each.id).execute()
  for (const each of merged) {
    if (kept.includes(each)) continue
    const { scope, measure } = each
    const row = { id: uuidv7(), ownerId: single, scope, measure, budget: JSON.stringify(each), version: 1 }
    await tx.insertInto('budgetLimits').values(row).execute()
  }
}

/** Keeps one price per provider and model. */
async function mergePrices(tx: Database, order: string[], single: string): Promise<void> {
  const rows = await tx.selectFrom('prices').selectAll().execute()
  if (rows.every(({ ownerId }) => ownerId === single)) return
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
