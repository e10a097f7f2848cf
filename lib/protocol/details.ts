import * as z from 'zod/mini'
import { wireMoney } from './billing/budgets'
import { price } from './billing/prices'

/** `GET /api/generations/{id}`: what its summary does not hold. */
export const generationDetails = z.object({
  /** How often the upstream was asked. */
  attempts: z.number(),
  /** At the time of use; null when it was not known. */
  price: z.nullable(price),
  /** By the server's clock: a page knows only when it heard of them. In epoch ms. */
  startedAt: z.number(),
  firstTokenAt: z.nullable(z.number()),
  endedAt: z.nullable(z.number()),
  /** What was asked otherwise than it was wanted: `stream`, `system`, `temperature`. */
  differences: z.optional(z.array(z.string())),
})
export type GenerationDetails = z.infer<typeof generationDetails>

/** `GET /api/conversations/{id}/spending`: what all its generations came to, those of other branches too. */
export const conversationSpending = z.object({
  tokens: z.number(),
  /** In dollars, of all whose price could be told in them. */
  cost: wireMoney,
  /** What the others with a price cost, once for each currency. */
  others: z.array(wireMoney),
  /** Generations whose price was not known. */
  unpriced: z.number(),
})
export type ConversationSpending = z.infer<typeof conversationSpending>
