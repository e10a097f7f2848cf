import 'server-only'
import { z } from 'zod'
import { budgetMeasure, budgetScope } from '@/lib/protocol/billing/budgets'
import { isAmount, isCurrency } from '@/lib/protocol/billing/money'

const amount = z
  .union([z.string().trim(), z.number().transform(String)], 'isn’t an amount. Enter a number, e.g. "50"')
  .refine((text) => isAmount(text, 6, 12), 'isn’t an amount: enter a number from 0 to under a million')

const tokens = z
  .union([z.string().trim(), z.number().transform(String)], 'isn’t a number of tokens')
  .refine((text) => isAmount(text, 15, 0), 'isn’t a number of tokens: enter a whole number')

const currency = z.string('isn’t a currency').trim().toUpperCase().refine(isCurrency, 'isn’t a currency')

const scope = z.enum(budgetScope.options, 'isn’t one of generation, conversation, batch, day, month')

const version = z.int('isn’t a version').positive('isn’t a version')

/** A new budget. Each scope has at most one on cost and one on tokens. */
export const budgetForm = z.discriminatedUnion(
  'measure',
  [
    z.strictObject({ scope, measure: z.literal(budgetMeasure.def.entries.cost), amount, currency }),
    z.strictObject({
      scope,
      measure: z.literal(budgetMeasure.def.entries.tokens),
      amount: tokens,
      currency: z.null().default(null),
    }),
  ],
  'isn’t cost or tokens',
)

/** A new amount of a budget. `version` is the one that the person saw. */
export const budgetChange = z.discriminatedUnion(
  'measure',
  [
    z.strictObject({ measure: z.literal(budgetMeasure.def.entries.cost), amount, currency, version }),
    z.strictObject({
      measure: z.literal(budgetMeasure.def.entries.tokens),
      amount: tokens,
      currency: z.null().default(null),
      version,
    }),
  ],
  'isn’t cost or tokens',
)

/** The version of a budget that the person removes. */
export const seenVersion = z.strictObject({ version: z.coerce.number().pipe(version) })
