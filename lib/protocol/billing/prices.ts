import * as z from 'zod/mini'

/** Prices are decimals per million tokens, as text: a float would not hold "0.1". */
const perMillion = z.string()

/** What a model costs, and how much it reads and writes, where that is known. */
export const price = z.object({
  /** The host of the provider's base URL, with its port where it has one: `api.openai.com`. Of the operator's, its id. */
  provider: z.string(),
  model: z.string(),
  currency: z.string(),
  input: perMillion,
  /** Of prompt tokens that the provider still had; null when they cost as much as others. */
  cachedInput: z.nullable(perMillion),
  output: perMillion,
  /** Null when reasoning costs as much as other output. */
  reasoning: z.nullable(perMillion),
  /** What holds instead, for all tokens, when the prompt is longer than this many tokens. */
  longPrompt: z.nullable(
    z.object({ over: z.number(), input: perMillion, cachedInput: z.nullable(perMillion), output: perMillion }),
  ),
  contextWindow: z.nullable(z.number()),
  maxOutput: z.nullable(z.number()),
  /** The day at which it was so, as 2026-07-02. */
  date: z.string(),
  source: z.string(),
})
export type Price = z.infer<typeof price>

/** A price of the person's own. `version` goes up with every change: a change may name the one that was seen. */
const ownPrice = z.extend(price, { version: z.number() })
export type OwnPrice = z.infer<typeof ownPrice>

/** A provider that prices can be about: what people call it, and what prices know it by. */
const pricedProvider = z.object({ name: z.string(), provider: z.string() })
export type PricedProvider = z.infer<typeof pricedProvider>

/** `GET /api/prices`: the list prices that Rill ships with, and the person's own, which go before them. */
export const priceList = z.object({
  list: z.array(price),
  own: z.array(ownPrice),
  providers: z._default(z.array(pricedProvider), []),
})
export type PriceList = z.infer<typeof priceList>
