import 'server-only'
import { z } from 'zod'
import type { Price, PricedProvider } from '@/lib/protocol/billing/prices'
import data from './list-prices.json'

const perMillion = z.string()
const listed = z.array(
  z.strictObject({
    name: z.string(),
    hosts: z.array(z.string()),
    /** The provider's own price page. */
    page: z.string(),
    models: z.array(
      z.strictObject({
        model: z.string(),
        input: perMillion,
        cachedInput: perMillion.nullable().default(null),
        output: perMillion,
        reasoning: perMillion.nullable().default(null),
        longPrompt: z
          .strictObject({
            over: z.number(),
            input: perMillion,
            cachedInput: perMillion.nullable().default(null),
            output: perMillion,
          })
          .nullable()
          .default(null),
        contextWindow: z.number().nullable().default(null),
        maxOutput: z.number().nullable().default(null),
        date: z.string(),
        sources: z.array(z.string()),
      }),
    ),
  }),
)

let parsed: z.infer<typeof listed> | null = null
let kept: Price[] | null = null

function shipped(): z.infer<typeof listed> {
  parsed ??= listed.parse(data)
  return parsed
}

/** The list prices that Rill ships with, one entry for each host of a provider. */
export function listPrices(): Price[] {
  kept ??= shipped().flatMap(({ hosts, models }) =>
    hosts.flatMap((provider) =>
      models.map(
        ({ sources, ...model }): Price => ({ ...model, provider, currency: 'USD', source: sources.join(', ') }),
      ),
    ),
  )
  return kept
}

/** The providers of the list, one for each host. */
export function listProviders(): PricedProvider[] {
  return shipped().flatMap(({ name, hosts }) => hosts.map((provider) => ({ name, provider })))
}

/** A model and who serves it. `free` is for the demo model and for servers on the operator's own machine. */
export interface PricedModel {
  /** A price may name the provider by its id instead of its host. */
  providerId?: string
  baseUrl: string
  model: string
  free: boolean
}

/**
 * The price of a model: the person's own, or else nothing for a free one, or else the list price. Null when none is known: an
 * unknown price isn't free.
 */
export function priceOf({ providerId, baseUrl, model, free }: PricedModel, own: Price[]): Price | null {
  const provider = new URL(baseUrl).host
  const name = model.replace(/^models\//, '')
  const theirs = closest(own, provider, name) ?? (providerId ? closest(own, providerId, name) : null)
  if (free) return theirs ?? freeOf(provider, name)
  const listed = closest(listPrices(), provider, name)
  // The person's own price wins over one that matches equally well.
  return theirs && listed && listed.model.length > theirs.model.length ? listed : (theirs ?? listed)
}

/** A dated snapshot has the price of its model, unless it is listed itself. Any other suffix may be another model. */
const snapshots = [/-\d{3}$/, /[-@]20\d{6}$/, /-\d{4}-\d{2}-\d{2}$/]

/** The prices of a list by provider and model, cached for each list. */
const indexes = new WeakMap<Price[], Map<string, Price>>()

function closest(prices: Price[], provider: string, name: string): Price | null {
  const index = indexOf(prices)
  const bare = snapshots.filter((snapshot) => snapshot.test(name)).map((snapshot) => name.replace(snapshot, ''))
  // The longest matching name is the closest.
  for (const model of [name, ...bare]) {
    const price = index.get(keyOf(provider, model))
    if (price) return price
  }
  return null
}

function indexOf(prices: Price[]): Map<string, Price> {
  const before = indexes.get(prices)
  if (before) return before
  const index = new Map<string, Price>()
  for (const price of prices) {
    const key = keyOf(price.provider, price.model)
    if (!index.has(key)) index.set(key, price)
  }
  indexes.set(prices, index)
  return index
}

function keyOf(provider: string, model: string): string {
  return `${provider} ${model}`
}

function freeOf(provider: string, model: string): Price {
  return {
    provider,
    model,
    currency: 'USD',
    input: '0',
    cachedInput: null,
    output: '0',
    reasoning: null,
    longPrompt: null,
    contextWindow: null,
    maxOutput: null,
    date: '',
    source: 'free',
  }
}
