import * as z from 'zod/mini'

/** What a cap is over: each answer, each conversation, each batch, or all of a day or a month in the person's time zone. */
export const budgetScope = z.enum(['generation', 'conversation', 'batch', 'day', 'month'])
export type BudgetScope = z.infer<typeof budgetScope>

export const budgetMeasure = z.enum(['cost', 'tokens'])

/** A cap. `amount` is a decimal: money in `currency`, or a whole number of tokens, and then there is no currency. */
export const budget = z.object({
  scope: budgetScope,
  measure: budgetMeasure,
  amount: z.string(),
  currency: z.nullable(z.string()),
})
export type Budget = z.infer<typeof budget>

/** A budget as it is kept. `version` goes up with every change: a change names the one that was seen. */
export const storedBudget = z.extend(budget, { id: z.string(), version: z.number() })
export type StoredBudget = z.infer<typeof storedBudget>

/** At this part of a cap, people are warned. */
export const WARN_AT = 0.8

/**
 * A cap and how it stands, in its own currency. Nothing is spent of those on each answer, batch or conversation, except
 * of the conversation that was asked for. Amounts are null in a currency whose exchange rate is not known.
 */
export const budgetState = z.extend(storedBudget, {
  warnAt: z.number(),
  spent: z.nullable(z.string()),
  /** Set aside for answers that are being written. */
  reserved: z.nullable(z.string()),
  /** `warnAt` of it is spent or set aside. */
  near: z.boolean(),
})
export type BudgetState = z.infer<typeof budgetState>

/** `GET` and `POST /api/budgets`, `PATCH` and `DELETE /api/budgets/{id}`: all as they stand now. */
export const budgetList = z.object({ budgets: z.array(budgetState) })

/** Money as it travels: an exact decimal. */
export const wireMoney = z.object({ amount: z.string(), currency: z.string() })

/** `POST /api/generations/{id}/models`: which of some models could go on with a reply within the budgets. */
export const fittingModels = z.object({ models: z.array(z.string()) })
export const MOST_MODELS_ASKED = 20

/** `POST /api/estimate`: what a turn would come to, and whether it may start. Money is in the price's currency. */
export const estimate = z.object({
  promptTokens: z.number(),
  accuracy: z.enum(['exact', 'approximate', 'unknown']),
  /** The longest answer: what the person set, else what the model or a budget allows; null when nothing is known. */
  maxTokens: z.nullable(z.number()),
  /** Of the prompt alone; null when the model has no known price. */
  cost: z.nullable(wireMoney),
  /** With the longest answer. */
  atMost: z.nullable(wireMoney),
  context: z.object({
    /** The model's window in tokens, where it is known. */
    window: z.nullable(z.number()),
    used: z.number(),
    /** How many of the oldest turns are left out, so that the prompt fits. */
    trimmedTurns: z.number(),
  }),
  /** The budget that does not allow it, else the one that it takes the most of; null when none is set. */
  budget: z.nullable(
    z.extend(budget, {
      /** Null in a currency whose exchange rate is not known. */
      left: z.nullable(z.string()),
      fits: z.boolean(),
      /** In words, why it does not fit where numbers do not tell: a price or a rate that is not known, the operator's own budget. */
      unknown: z.nullable(z.string()),
      /** The longest answer that would fit, where a shorter one would. */
      lowerMaxTokens: z.nullable(z.number()),
      near: z.boolean(),
    }),
  ),
})
export type Estimate = z.infer<typeof estimate>
