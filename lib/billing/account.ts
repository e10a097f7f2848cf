import 'server-only'
import { termsOf } from '@/lib/database/billing/budgets'
import { addCallToRollups, type Call } from '@/lib/database/billing/rollups'
import { type Amounts, capture, MOST_PICOS, nothing, storable } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import type { Budget } from '@/lib/protocol/billing/budgets'
import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'
import { dollarsOf, type Money, picosOf, type Rate } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'
import { type PricedModel, priceOf } from './prices'

/** What a generation is charged by: the price, the rate and the caps as they are when it starts. */
export interface Account {
  ownerId: string
  /** Null when nobody has said what the model costs. */
  price: Price | null
  rate: Rate
  budgets: Budget[]
  timeZone: string
}

/** A person's account for a model. */
export async function accountOf(ownerId: string, model: PricedModel): Promise<Account> {
  const places = [new URL(model.baseUrl).host, ...(model.providerId ? [model.providerId] : [])]
  const { settings, budgets, prices } = await termsOf(ownerId, places)
  return {
    ownerId,
    price: priceOf(model, prices),
    rate: { currency: settings.currency, perDollar: settings.exchangeRate },
    budgets,
    timeZone: settings.timeZone,
  }
}

/** Where a generation that starts at a moment is booked, in the order in which everybody locks the rows. */
export function scopesOf(timeZone: string, conversationId: string | null, at: number): string[] {
  const day = isoOfDay(dayOf(at, timeZone))
  const conversation = conversationId === null ? [] : [`conversation:${conversationId}`]
  return [...conversation, `day:${day}`, `month:${day.slice(0, 7)}`]
}

/** Books what a call used that is no generation, as the test of a provider is none. */
export async function book(account: Account, call: Omit<Call, 'ownerId' | 'cost'>): Promise<void> {
  const { ownerId, price, rate, timeZone } = account
  const { usage, startedAt } = call
  const booking = { scopes: scopesOf(timeZone, null, startedAt), held: [], reserved: nothing }
  await database()
    .transaction()
    .execute(async (tx) => {
      await addCallToRollups(tx, { ...call, ownerId, cost: storedCost(usage, price) }, timeZone)
      await capture(tx, [{ ownerId, booking, spent: amountsOf(usage, price, rate) }])
    })
}

/** What usage costs, as its column holds it: in the price's currency; null when the price is not known. */
export function storedCost(usage: Usage | null, price: Price | null): Money | null {
  if (!price) return null
  return { picos: storable(picosOf(usage?.cost?.amount ?? '0')), currency: price.currency }
}

/** What is booked of usage. A cost that cannot be told in dollars is none: the tokens are booked all the same. */
export function amountsOf(usage: Usage, price: Price | null, rate: Rate): Amounts {
  const cost = storedCost(usage, price)
  const picos = cost ? (dollarsOf(cost, rate) ?? 0n) : 0n
  return { picos: picos > MOST_PICOS ? MOST_PICOS : picos, tokens: BigInt(usage.promptTokens + usage.completionTokens) }
}
