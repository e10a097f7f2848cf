import 'server-only'
import { z } from 'zod'
import { type Budget, budgetMeasure, budgetScope } from '@/lib/protocol/budgets'
import { isAmount, isCurrency } from '@/lib/protocol/money'

const amount = z
  .union([z.string().trim(), z.number().transform(String)], 'is not an amount. Write a number, as "50"')
  .refine((text) => isAmount(text, 6, 12), 'is not an amount: a number from 0, under a million')

const tokens = z
  .union([z.string().trim(), z.number().transform(String)], 'is not a number of tokens')
  .refine((text) => isAmount(text, 15, 0), 'is not a number of tokens: a whole number')

const currency = z.string('is not a currency').trim().toUpperCase().refine(isCurrency, 'is not a currency')

const scope = z.enum(budgetScope.options, 'is not one of generation, conversation, batch, day, month')

const row = z.discriminatedUnion(
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

/** All of a person's budgets: they take the place of those there were. */
export const budgetForm = z.strictObject({
  budgets: z
    .array(row, 'is not a list')
    .refine(isOneEach, 'has two caps on the same: one on cost and one on tokens for each'),
})

function isOneEach(budgets: Budget[]): boolean {
  return new Set(budgets.map(({ scope: of, measure }) => `${of} ${measure}`)).size === budgets.length
}
