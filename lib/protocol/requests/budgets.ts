import 'server-only'
import { z } from 'zod'
import { budgetMeasure, budgetScope } from '../billing/budgets'
import { isAmount, isCurrency } from '../billing/money'
import { rowId } from './fields'

const amount = z
  .union([z.string().trim(), z.number().transform(String)], 'isn’t an amount. Enter a number, e.g. "50"')
  .refine((text) => isAmount(text, 6, 12), 'isn’t an amount: enter a number from 0 to under a million')

const tokens = z
  .union([z.string().trim(), z.number().transform(String)], 'isn’t a number of tokens')
  .refine((text) => isAmount(text, 15, 0), 'isn’t a number of tokens: enter a whole number')

const currency = z.string('isn’t a currency').trim().toUpperCase().refine(isCurrency, 'isn’t a currency')

const scope = z.enum(budgetScope.options, 'isn’t one of generation, conversation, batch, day, month')

const version = z.int('isn’t a version').positive('isn’t a version')

/** `POST /api/budgets` */
export const newBudget = z.discriminatedUnion(
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
export type NewBudget = z.input<typeof newBudget>

/** `PATCH /api/budgets/{id}`: another amount. `version` is the one that the person saw. */
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
export type BudgetChange = z.input<typeof budgetChange>

/** `DELETE /api/budgets/{id}`: removes the version that the person saw. */
export const budgetRemoval = z.strictObject({ version: z.coerce.number().pipe(version) })

/** `GET /api/budgets`: also how the budget of a conversation stands. */
export const budgetsQuery = z.strictObject({ conversationId: rowId.optional() })
