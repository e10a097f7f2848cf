import * as z from 'zod/mini'

/** What a budget is for: one generation, one conversation, one batch, or all that a person spends in a day or a month. */
export const budgetScope = z.enum(['generation', 'conversation', 'batch', 'day', 'month'])
export type BudgetScope = z.infer<typeof budgetScope>

/** A cap. Amounts are exact decimals as text: of `currency` for a cost, whole numbers for tokens, whose `currency` is null. */
export const cap = z.object({
  scope: budgetScope,
  measure: z.enum(['cost', 'tokens']),
  amount: z.string(),
  currency: z.nullable(z.string()),
})
export type Cap = z.infer<typeof cap>

/** A cap and what has gone of it. `warnAt` is the part of it, up to 1, from which the page warns. */
export const budget = z.extend(cap, { warnAt: z.number(), spent: z.string(), reserved: z.string() })
export type Budget = z.infer<typeof budget>

/** `GET` and `PUT /api/budgets`. */
export const budgetList = z.object({ budgets: z.array(budget) })
export type BudgetList = z.infer<typeof budgetList>

const money = z.object({ amount: z.string(), currency: z.string() })

/** `POST /api/estimate`: what a prompt would come to, before it is sent. */
export const estimate = z.object({
  promptTokens: z.number(),
  /** `unknown` is a guess by the length of the text. */
  accuracy: z.enum(['exact', 'approximate', 'unknown']),
  maxTokens: z.nullable(z.number()),
  /** Of the prompt; null when the price is unknown. */
  cost: z.nullable(money),
  /** With the longest answer there can be. */
  atMost: z.nullable(money),
  context: z.object({ window: z.nullable(z.number()), used: z.number(), trimmedTurns: z.number() }),
  /** The budget that is nearest to its end; null when there is none. */
  budget: z.nullable(
    z.extend(cap, {
      left: z.string(),
      fits: z.boolean(),
      /** So many tokens of answer would still fit. */
      lowerMaxTokens: z.nullable(z.number()),
      near: z.boolean(),
    }),
  ),
})
export type Estimate = z.infer<typeof estimate>
