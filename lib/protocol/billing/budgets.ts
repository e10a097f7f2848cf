import * as z from 'zod/mini'

/** What a budget limits: each reply, conversation or batch, or all of a day or a month in the person's time zone. */
export const budgetScope = z.enum(['generation', 'conversation', 'batch', 'day', 'month'])
export type BudgetScope = z.infer<typeof budgetScope>

export const budgetMeasure = z.enum(['cost', 'tokens'])

/** A limit. `amount` is a decimal: money in `currency`, or a whole number of tokens, with a null currency. */
export const budget = z.object({
  scope: budgetScope,
  measure: budgetMeasure,
  amount: z.string(),
  currency: z.nullable(z.string()),
})
export type Budget = z.infer<typeof budget>

/** A stored budget. `version` goes up with every change; a change names the one that the person saw. */
export const storedBudget = z.extend(budget, { id: z.string(), version: z.number() })
export type StoredBudget = z.infer<typeof storedBudget>

/** The share of a limit at which people are warned. */
export const WARN_AT = 0.8

/**
 * A budget and how it stands, in its own currency. Limits on each reply, batch or conversation have nothing spent, except
 * for the conversation in the query. Amounts are null in a currency without an exchange rate.
 */
export const budgetState = z.extend(storedBudget, {
  warnAt: z.number(),
  spent: z.nullable(z.string()),
  /** Reserved for running replies. */
  reserved: z.nullable(z.string()),
  /** Whether `warnAt` of it is spent or reserved. */
  near: z.boolean(),
})
export type BudgetState = z.infer<typeof budgetState>

/** `GET` and `POST /api/budgets`, `PATCH` and `DELETE /api/budgets/{id}`: all as they stand now. */
export const budgetList = z.object({ budgets: z.array(budgetState) })

/** Money in JSON: an exact decimal. */
export const wireMoney = z.object({ amount: z.string(), currency: z.string() })

/** `POST /api/generations/{id}/models`: which of some models could continue a reply within the budgets. */
export const fittingModels = z.object({ models: z.array(z.string()) })
export const MOST_MODELS_ASKED = 20

/** `POST /api/estimate`: what a turn would cost, and whether it may start. Money is in the price's currency. */
export const estimate = z.object({
  promptTokens: z.number(),
  accuracy: z.enum(['exact', 'approximate', 'unknown']),
  /** The longest reply: the person's limit, else what the model or a budget allows; null when unknown. */
  maxTokens: z.nullable(z.number()),
  /** Of the prompt alone; null when the model has no known price. */
  cost: z.nullable(wireMoney),
  /** Including the longest reply. */
  atMost: z.nullable(wireMoney),
  context: z.object({
    /** The model's context window in tokens; null when unknown. */
    window: z.nullable(z.number()),
    used: z.number(),
    /** How many of the oldest turns are left out so that the prompt fits. */
    trimmedTurns: z.number(),
  }),
  /** The budget that refuses the turn, else the one that it uses most of; null when none is set. */
  budget: z.nullable(
    z.extend(budget, {
      /** Null in a currency without an exchange rate. */
      left: z.nullable(z.string()),
      fits: z.boolean(),
      /** Why it doesn't fit, where numbers don't say: an unknown price or rate, or the operator's own budget. */
      unknown: z.nullable(z.string()),
      /** The longest reply that would fit, where a shorter one would. */
      lowerMaxTokens: z.nullable(z.number()),
      near: z.boolean(),
    }),
  ),
})
export type Estimate = z.infer<typeof estimate>
