import * as z from 'zod/mini'
import { wireMoney } from './billing/budgets'
import { price } from './billing/prices'

/** `GET /api/generations/{id}`: what the summary of a generation doesn't have. */
export const generationDetails = z.object({
  /** How often the upstream was asked. */
  attempts: z.number(),
  /** At the time of use; null when unknown. */
  price: z.nullable(price),
  /** Epoch ms by the server's clock: a page only knows when it received them. */
  startedAt: z.number(),
  firstTokenAt: z.nullable(z.number()),
  endedAt: z.nullable(z.number()),
  /** Settings that the model didn't take: `stream`, `system`, `temperature`. */
  differences: z.optional(z.array(z.string())),
})
export type GenerationDetails = z.infer<typeof generationDetails>

/** `GET /api/conversations/{id}/spending`: the total of all its generations, on every branch. */
export const conversationSpending = z.object({
  tokens: z.number(),
  /** In dollars, of all generations whose cost can be converted. */
  cost: wireMoney,
  /** The cost of the others that have a price, once for each currency. */
  others: z.array(wireMoney),
  /** How many generations have no known price. */
  unpriced: z.number(),
})
export type ConversationSpending = z.infer<typeof conversationSpending>
