import 'server-only'
import { z } from 'zod'
import { budgetMeasure, budgetScope } from '@/lib/protocol/budgets'
import { isAmount, isCurrency } from '@/lib/protocol/money'

const amount = z
  .union([z.string().trim(), z.number().transform(String)], 'is not an amount. Write a number, as "50"')
  .refine((text) => isAmount(text, 6, 12), 'is not an amount: a number from 0, under a million')

const tokens = z
  .union([z.string().trim(), z.number().transform(String)], 'is not a number of tokens')
  .refine((text) => isAmount(text, 15, 0), 'is not a number of tokens: a whole number')

const currency = z.string('is not a currency').trim().toUpperCase().refine(isCurrency, 'is not a currency')

const scope = z.enum(budgetScope.options, 'is not one of generation, conversation, batch, day, month')

const version = z.int('is not a version').positive('is not a version')

/** A budget that is added: one on cost and one on tokens for each scope. */
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
  'is not cost or tokens',
)

/** Another amount of a budget. `version` is the one that the person saw. */
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
  'is not cost or tokens',
)

/** Which version of a budget is removed. */
export const seenVersion = z.strictObject({ version: z.coerce.number().pipe(version) })
