import * as z from 'zod/mini'

/** Prices are decimals per million tokens, as text: a float can't hold 0.1 exactly. */
const perMillion = z.string()

/** What a model costs, and its limits in tokens, where they are known. */
export const price = z.object({
  /** The host of the provider's base URL, with its port if it has one, e.g. `api.openai.com`; the id of the operator's provider. */
  provider: z.string(),
  model: z.string(),
  currency: z.string(),
  input: perMillion,
  /** Of cached prompt tokens; null when they cost the same as others. */
  cachedInput: z.nullable(perMillion),
  output: perMillion,
  /** Null when reasoning costs the same as other output. */
  reasoning: z.nullable(perMillion),
  /** Replaces the other prices, for all tokens, when the prompt is longer than `over` tokens. */
  longPrompt: z.nullable(
    z.object({ over: z.number(), input: perMillion, cachedInput: z.nullable(perMillion), output: perMillion }),
  ),
  contextWindow: z.nullable(z.number()),
  maxOutput: z.nullable(z.number()),
  /** The day of the price, e.g. 2026-07-02. */
  date: z.string(),
  source: z.string(),
})
export type Price = z.infer<typeof price>

/** A price of the person's own. `version` goes up with every change; a change may name the one that the person saw. */
const ownPrice = z.extend(price, { version: z.number() })
export type OwnPrice = z.infer<typeof ownPrice>

/** A provider that prices can be for: its name, and the key that prices know it by. */
const pricedProvider = z.object({ name: z.string(), provider: z.string() })
export type PricedProvider = z.infer<typeof pricedProvider>

/** `GET /api/prices`: the list prices that Rill ships with, and the person's own, which override them. */
export const priceList = z.object({
  list: z.array(price),
  own: z.array(ownPrice),
  providers: z._default(z.array(pricedProvider), []),
})
export type PriceList = z.infer<typeof priceList>
