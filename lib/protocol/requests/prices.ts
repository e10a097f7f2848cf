import 'server-only'
import { z } from 'zod'
import { isAmount, isCurrency } from '../billing/money'
import type { Price } from '../billing/prices'
import { key, name } from './fields'

/** The most prices that one request brings, and that one person has. */
export const MAX_PRICES = 1000

/** A JSON number is read as the decimal that it was written as. */
const amount = z
  .union([z.string().trim(), z.number().transform(String)], 'isn’t a price. Enter a number, e.g. "2.50"')
  .refine(
    (text) => isAmount(text, 9, 6),
    'isn’t a price per million tokens: enter a number from 0, with at most 6 decimals',
  )

const currency = z
  .string('isn’t a currency')
  .trim()
  .toUpperCase()
  .refine(isCurrency, 'isn’t a currency. Use its code, e.g. USD or INR')

const tokens = z
  .number('isn’t a number of tokens')
  .int('isn’t a number of tokens')
  .min(1, 'isn’t a number of tokens')
  .max(1_000_000_000, 'is more tokens than any model takes')

const noProvider =
  'isn’t one of your providers. Use a provider’s name, or the host of its base URL, e.g. api.openai.com or localhost:8000'

/** `keyOf` returns the key that prices know a provider by, or null for a name of none. */
const providerField = (keyOf: (text: string) => string | null) =>
  z
    .string(noProvider)
    .max(300, 'is longer than 300 characters')
    .transform((text, context) => {
      const key = keyOf(text)
      if (key === null) context.addIssue({ code: 'custom', message: noProvider })
      return key ?? ''
    })

const rowOf = (keyOf: (text: string) => string | null) =>
  z
    .strictObject({
      provider: providerField(keyOf),
      model: name,
      currency: currency.default('USD'),
      input: amount,
      cachedInput: amount.nullish(),
      output: amount,
      reasoning: amount.nullish(),
      longPrompt: z
        .strictObject({ over: tokens, input: amount, cachedInput: amount.nullish(), output: amount })
        .nullish(),
      contextWindow: tokens.nullish(),
      maxOutput: tokens.nullish(),
      date: z.iso.date('isn’t a date, e.g. 2026-07-02').optional(),
      source: z.string().trim().max(500, 'is longer than 500 characters').optional(),
      version: z.int('isn’t a version').min(0, 'isn’t a version').optional(),
    })
    .transform(({ longPrompt, version, ...given }): { version: number | undefined; price: Price } => ({
      version,
      price: {
        ...given,
        cachedInput: given.cachedInput ?? null,
        reasoning: given.reasoning ?? null,
        longPrompt: longPrompt ? { ...longPrompt, cachedInput: longPrompt.cachedInput ?? null } : null,
        contextWindow: given.contextWindow ?? null,
        maxOutput: given.maxOutput ?? null,
        date: given.date ?? new Date().toISOString().slice(0, 10),
        source: given.source || 'own',
      },
    }))

/** `PUT /api/prices`: one that was edited, or all of a file. */
export const pricesChange = (keyOf: (text: string) => string | null) =>
  z.strictObject({
    prices: z
      .array(rowOf(keyOf), 'isn’t a list')
      .min(1, 'has no prices')
      .max(MAX_PRICES, `has more than ${MAX_PRICES} prices`),
  })
export type PricesChange = z.input<ReturnType<typeof pricesChange>>

/** `DELETE /api/prices`: one price of the person's own, or undefined for all of them. */
export const pricesRemoval = z.union([
  z.strictObject({
    provider: key.max(300),
    model: key.max(200),
    version: z.coerce.number().int().min(0).optional(),
  }),
  z.strictObject({}).transform(() => undefined),
])
