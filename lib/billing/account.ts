import 'server-only'
import { billingTermsOf } from '@/lib/database/billing/budgets'
import { addCallToRollups, type ProviderCall } from '@/lib/database/billing/rollups'
import { type Amounts, capture, MAX_PICOS, storable, zero } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import type { Budget } from '@/lib/protocol/billing/budgets'
import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'
import { dollarsOf, type Money, picosOf, type Rate } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'
import { type PricedModel, priceOf } from './prices'

/** What a generation is billed by: the price, the exchange rate and the budgets at its start. */
export interface Account {
  ownerId: string
  /** Null when the price of the model isn't known. */
  price: Price | null
  rate: Rate
  budgets: Budget[]
  timeZone: string
}

/** A person's account for a model. */
export async function accountOf(ownerId: string, model: PricedModel): Promise<Account> {
  const places = [new URL(model.baseUrl).host, ...(model.providerId ? [model.providerId] : [])]
  const { settings, budgets, prices } = await billingTermsOf(ownerId, places)
  return {
    ownerId,
    price: priceOf(model, prices),
    rate: { currency: settings.currency, perDollar: settings.exchangeRate },
    budgets,
    timeZone: settings.timeZone,
  }
}

/** The scopes whose spending a generation adds to, in the order in which every transaction locks their rows. */
export function scopesOf(timeZone: string, conversationId: string | null, at: number): string[] {
  const day = isoOfDay(dayOf(at, timeZone))
  const conversation = conversationId === null ? [] : [`conversation:${conversationId}`]
  return [...conversation, `day:${day}`, `month:${day.slice(0, 7)}`]
}

/** Records the usage of a call that is no generation, e.g. the test of a provider. */
export async function recordCall(account: Account, call: Omit<ProviderCall, 'ownerId' | 'cost'>): Promise<void> {
  const { ownerId, price, rate, timeZone } = account
  const { usage, startedAt } = call
  const reservation = { scopes: scopesOf(timeZone, null, startedAt), held: [], reserved: zero }
  await database()
    .transaction()
    .execute(async (tx) => {
      await addCallToRollups(tx, { ...call, ownerId, cost: storedCost(usage, price) }, timeZone)
      await capture(tx, [{ ownerId, reservation, spent: amountsOf(usage, price, rate) }])
    })
}

/** The cost of usage as its column stores it, in the price's currency; null when the price isn't known. */
export function storedCost(usage: Usage | null, price: Price | null): Money | null {
  if (!price) return null
  return { picos: storable(picosOf(usage?.cost?.amount ?? '0')), currency: price.currency }
}

/** Usage as amounts of a budget. A cost that can't be converted to dollars counts as none; the tokens count all the same. */
export function amountsOf(usage: Usage, price: Price | null, rate: Rate): Amounts {
  const cost = storedCost(usage, price)
  const picos = cost ? (dollarsOf(cost, rate) ?? 0n) : 0n
  return { picos: picos > MAX_PICOS ? MAX_PICOS : picos, tokens: BigInt(usage.promptTokens + usage.completionTokens) }
}
