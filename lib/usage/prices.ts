import 'server-only'
import { z } from 'zod'
import type { Price } from '@/lib/protocol/prices'
import data from './list-prices.json'

const perMillion = z.string()
const listed = z.array(
  z.strictObject({
    name: z.string(),
    hosts: z.array(z.string()),
    /** Where the provider itself says what it charges. */
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

let kept: Price[] | null = null

/** The list prices that Rill ships with: one entry for each host that a provider answers at. */
export function listPrices(): Price[] {
  kept ??= listed
    .parse(data)
    .flatMap(({ hosts, models }) =>
      hosts.flatMap((provider) =>
        models.map(
          ({ sources, ...model }): Price => ({ ...model, provider, currency: 'USD', source: sources.join(', ') }),
        ),
      ),
    )
  return kept
}

/** Where a model is asked. `free` is for the demo model and servers on the operator's own machine. */
export interface PricedModel {
  baseUrl: string
  model: string
  free: boolean
}

/**
 * What a model costs: the person's own price, else nothing for what is free, else the list price. Null when nobody has
 * said: an unknown price is not free.
 */
export function priceOf({ baseUrl, model, free }: PricedModel, own: Price[]): Price | null {
  const provider = new URL(baseUrl).host
  const name = model.replace(/^models\//, '')
  if (free) return closest(own, provider, name) ?? freeOf(provider, name)
  // The own one comes first, and stays where both fit as well.
  return closest([...own, ...listPrices()], provider, name)
}

/** A dated snapshot costs what its model costs, unless it is listed itself. Any other addition may be another model. */
const snapshot = /^(-\d{4}-\d{2}-\d{2}|[-@]20\d{6}|-\d{3})$/

function closest(prices: Price[], provider: string, name: string): Price | null {
  const fits = prices.filter(
    (price) =>
      price.provider === provider &&
      name.startsWith(price.model) &&
      (name.length === price.model.length || snapshot.test(name.slice(price.model.length))),
  )
  return fits.reduce<Price | null>(
    (best, price) => (best && best.model.length >= price.model.length ? best : price),
    null,
  )
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
