import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { defaultSettings, type Settings } from '@/lib/protocol/api'
import { type Budget, budget, type StoredBudget } from '@/lib/protocol/billing/budgets'
import { type Price, price } from '@/lib/protocol/billing/prices'
import { badRequest, conflict, notFound } from '@/lib/refused'
import { parseSettings } from '../accounts/settings'
import { database } from '../client'

/** A person's settings, budgets and prices: what the cost of a reply depends on. */
export interface BillingTerms {
  settings: Settings
  budgets: Budget[]
  /** The person's own prices at one provider. */
  prices: Price[]
}

/** A person's terms for a provider, by its keys in the price table. One query, since every start runs it. */
export async function billingTermsOf(ownerId: string, providers: string[]): Promise<BillingTerms> {
  const rows = await database()
    .selectFrom('settings')
    .select((eb) => [eb.val('settings').as('kind'), eb.val('').as('place'), 'settings.settings as json'])
    .where('ownerId', '=', ownerId)
    .unionAll((eb) =>
      eb
        .selectFrom('budgetLimits')
        .select((of) => [of.val('budget').as('kind'), 'budgetLimits.id as place', 'budgetLimits.budget as json'])
        .where('ownerId', '=', ownerId),
    )
    .unionAll((eb) =>
      eb
        .selectFrom('prices')
        .select((of) => [of.val('price').as('kind'), of.val('').as('place'), 'prices.price as json'])
        .where('ownerId', '=', ownerId)
        .where('provider', 'in', providers),
    )
    .execute()
  const terms: BillingTerms = { settings: defaultSettings, budgets: [], prices: [] }
  for (const { kind, json } of rows.toSorted(byPlace)) {
    if (kind === 'settings') terms.settings = parseSettings(json)
    else if (kind === 'budget') terms.budgets.push(budget.parse(JSON.parse(json)))
    else {
      const read = price.safeParse(JSON.parse(json))
      if (read.success) terms.prices.push(read.data)
    }
  }
  return terms
}

function byPlace(one: { place: string }, other: { place: string }): number {
  return one.place < other.place ? -1 : one.place > other.place ? 1 : 0
}

/** A person's budgets, oldest first. */
export async function storedBudgets(ownerId: string): Promise<StoredBudget[]> {
  const rows = await database()
    .selectFrom('budgetLimits')
    .select(['id', 'version', 'budget'])
    .where('ownerId', '=', ownerId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, version, budget: json }) => ({ ...budget.parse(JSON.parse(json)), id, version }))
}

/** Adds a budget. @throws {Refused} 409 if the person has one of this scope and measure. */
export async function addBudget(ownerId: string, added: Budget): Promise<void> {
  const { scope, measure } = added
  const row = { id: uuidv7(), ownerId, scope, measure, budget: JSON.stringify(added), version: 1 }
  const { numInsertedOrUpdatedRows } = await database()
    .insertInto('budgetLimits')
    .values(row)
    .onConflict((kind) => kind.columns(['ownerId', 'scope', 'measure']).doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) throw conflict('You already have a limit like this. Edit it instead.')
}

/** A budget's id, and the version that the person saw. */
export interface SeenBudget {
  ownerId: string
  id: string
  version: number
}

/**
 * Changes the amount of a budget.
 * @throws {Refused} 404; 409 if its version has changed; 400 for another measure.
 */
export async function changeBudget({ ownerId, id, version }: SeenBudget, change: Omit<Budget, 'scope'>): Promise<void> {
  const { scope, measure } = await budgetAtVersion({ ownerId, id, version })
  if (measure !== change.measure)
    throw badRequest('measure', 'measure: can’t be changed. Remove this limit and add a new one.')
  const { numUpdatedRows } = await database()
    .updateTable('budgetLimits')
    .set({ budget: JSON.stringify({ ...change, scope }), version: version + 1 })
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .where('version', '=', version)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw changedElsewhere()
}

/** Removes a budget. @throws {Refused} 404, or 409 if its version has changed. */
export async function removeBudget({ ownerId, id, version }: SeenBudget): Promise<void> {
  await budgetAtVersion({ ownerId, id, version })
  const { numDeletedRows } = await database()
    .deleteFrom('budgetLimits')
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .where('version', '=', version)
    .executeTakeFirst()
  if (numDeletedRows !== 1n) throw changedElsewhere()
}

async function budgetAtVersion({ ownerId, id, version }: SeenBudget): Promise<StoredBudget> {
  const found = (await storedBudgets(ownerId)).find((each) => each.id === id)
  if (!found) throw notFound('budget')
  if (found.version !== version) throw changedElsewhere()
  return found
}

function changedElsewhere() {
  return conflict('This budget was changed in another tab or on another device. Review it, then save again.')
}
