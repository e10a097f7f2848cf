import * as z from 'zod/mini'

/** The bounds of histogram buckets: milliseconds to the first text, and tokens per second. */
export const waitBounds = [100, 200, 400, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 60_000]
export const speedBounds = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500]

/** Totals of a number of generations. */
export const figures = z.object({
  generations: z.number(),
  completed: z.number(),
  stopped: z.number(),
  interrupted: z.number(),
  failed: z.number(),
  /** Generations with more than one attempt, and the attempts of all of them. */
  retried: z.number(),
  attempts: z.number(),
  /** Generations with estimated tokens, and those whose model has no price. */
  estimated: z.number(),
  unpriced: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  cachedTokens: z.number(),
  reasoningTokens: z.number(),
  /** The cost, once for each currency, as exact decimals. */
  cost: z.array(z.object({ amount: z.string(), currency: z.string() })),
})
export type Figures = z.infer<typeof figures>

const distributions = {
  /** How many replies are in each bucket of `waitBounds` and of `speedBounds`. */
  waits: z.array(z.number()),
  speeds: z.array(z.number()),
}
const measured = z.extend(figures, distributions)
export type Measured = z.infer<typeof measured>

const dayUsage = z.extend(figures, { day: z.string() })
export type DayUsage = z.infer<typeof dayUsage>
const modelUsage = z.extend(measured, { providerId: z.string(), model: z.string() })
export type ModelUsage = z.infer<typeof modelUsage>
const providerUsage = z.extend(figures, { providerId: z.string() })
/** The id that stands for tests of providers among the conversations. */
export const TESTS = 'tests'
/** `title` is null for `TESTS` and for deleted conversations, whose costs stay. */
const conversationUsage = z.extend(figures, { conversationId: z.string(), title: z.nullable(z.string()) })
export type ConversationUsage = z.infer<typeof conversationUsage>

/** `GET /api/usage/conversations`: by cost, highest first. `count` is the total number; the cursor is null at the end. */
export const conversationUsagePage = z.object({
  count: z.number(),
  rows: z.array(conversationUsage),
  nextCursor: z.nullable(z.string()),
})
export type ConversationUsagePage = z.infer<typeof conversationUsagePage>

/** `GET /api/usage`: the usage of a range of days in the person's time zone. */
export const usageReport = z.object({
  from: z.string(),
  to: z.string(),
  totals: measured,
  /** Days without usage are left out. */
  days: z.array(dayUsage),
  models: z.array(modelUsage),
  providers: z.array(providerUsage),
  conversations: conversationUsagePage,
})
export type UsageReport = z.infer<typeof usageReport>

/** The bucket of a value. */
export function bucketOf(value: number, bounds: number[]): number {
  const found = bounds.findIndex((bound) => value < bound)
  return found < 0 ? bounds.length : found
}

/**
 * The approximate quantile of a histogram, assuming that values are spread evenly within a bucket. Null for an empty
 * histogram; the last bound for values beyond it.
 */
export function quantile(counts: number[], bounds: number[], share: number): number | null {
  const wanted = counts.reduce((sum, count) => sum + count, 0) * share
  if (wanted === 0) return null
  let before = 0
  for (const [bucket, count] of counts.entries()) {
    const low = bounds[bucket - 1] ?? 0
    const high = bounds[bucket]
    if (before + count >= wanted && count > 0) return high ? low + ((wanted - before) / count) * (high - low) : low
    before += count
  }
  return bounds.at(-1) ?? null
}
