import 'server-only'
import { z } from 'zod'
import { defaultSettings, type Settings } from '@/lib/protocol/api'
import { type Budget, budget } from '@/lib/protocol/budgets'
import { type Price, price } from '@/lib/protocol/prices'
import { database } from './client'
import { readSettings } from './settings'

const budgetsJson = z.array(budget)

/** What a person has said that has to do with costs. */
export interface Terms {
  settings: Settings
  budgets: Budget[]
  /** The person's own prices at one provider. */
  prices: Price[]
}

/** A person's terms for a provider, in one query: every start asks for them. */
export async function termsOf(ownerId: string, provider: string): Promise<Terms> {
  const rows = await database()
    .selectFrom('settings')
    .select((eb) => [eb.val('settings').as('kind'), 'settings.settings as json'])
    .where('ownerId', '=', ownerId)
    .unionAll((eb) =>
      eb
        .selectFrom('budgets')
        .select((of) => [of.val('budgets').as('kind'), 'budgets.budgets as json'])
        .where('ownerId', '=', ownerId),
    )
    .unionAll((eb) =>
      eb
        .selectFrom('prices')
        .select((of) => [of.val('price').as('kind'), 'prices.price as json'])
        .where('ownerId', '=', ownerId)
        .where('provider', '=', provider),
    )
    .execute()
  const terms: Terms = { settings: defaultSettings, budgets: [], prices: [] }
  for (const { kind, json } of rows) {
    if (kind === 'settings') terms.settings = readSettings(json)
    else if (kind === 'budgets') terms.budgets = budgetsJson.parse(JSON.parse(json))
    else {
      const read = price.safeParse(JSON.parse(json))
      if (read.success) terms.prices.push(read.data)
    }
  }
  return terms
}

/** Sets a person's budgets, in place of those there were. */
export async function saveBudgets(ownerId: string, budgets: Budget[]): Promise<void> {
  const json = JSON.stringify(budgets)
  await database()
    .insertInto('budgets')
    .values({ ownerId, budgets: json })
    .onConflict((conflict) => conflict.column('ownerId').doUpdateSet({ budgets: json }))
    .execute()
}
