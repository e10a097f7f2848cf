import { addUsage } from '@/lib/protocol/billing/add-usage'
import { tokensPerSecond } from '@/lib/protocol/billing/speed'
import type { Usage } from '@/lib/protocol/events'
import { type GenerationSummary, hasReasoning, type Part } from '@/lib/protocol/messages'
import { type Amount, isFree, type WriteMoney } from './use-money'

/** `1,240 tokens`, as the reader's language writes numbers. */
export function tokenWords(tokens: number): string {
  return `${tokens.toLocaleString()} ${tokens === 1 ? 'token' : 'tokens'}`
}

/** Costs in words, `about` when they are of an estimate. */
export function costWords(costs: Amount[], money: WriteMoney, about: boolean): string {
  if (isFree(costs)) return 'free'
  const amount = money(costs)
  return about && !amount.startsWith('<') ? `about ${amount}` : amount
}

type Runs = Pick<GenerationSummary, 'usage' | 'earlier'>

/** What all runs used that wrote a reply; null before the first of them has told. */
export function usageOf({ usage, earlier }: Runs): Usage | null {
  return [...earlier, ...(usage ? [usage] : [])].reduce<Usage | null>(addUsage, null)
}

/** What each of them cost, which may be in several currencies; null where the price of one is not known. */
export function costsOf({ usage, earlier }: Runs): Amount[] | null {
  const costs = [...earlier, ...(usage ? [usage] : [])].map(({ cost }) => cost)
  return costs.length > 0 && costs.every((cost) => cost !== null) ? costs : null
}

/** The tokens of a prompt and its answer that are sent with the next one: what a model thought is not. */
export function tokensGoingBack({ promptTokens, completionTokens, reasoningTokens }: Usage): number {
  return promptTokens + Math.max(0, completionTokens - reasoningTokens)
}

/** Tokens a second of a reply that has ended; `parts` are all of its message. */
export function tokenRate(
  { usage, firstTokenAt, endedAt }: Pick<GenerationSummary, 'usage' | 'firstTokenAt' | 'endedAt'>,
  parts: Part[],
): number | null {
  if (!usage || firstTokenAt === null || endedAt === null) return null
  return tokensPerSecond(usage, endedAt - firstTokenAt, hasReasoning(parts))
}

/** `48.2 tokens/s` */
export function rateWords(rate: number): string {
  const digits = rate < 10 ? 1 : 0
  return `${rate.toLocaleString(undefined, { maximumFractionDigits: digits })} tokens/s`
}

/** What a reply cost, for the line under it; null while that is not known. */
export function replyCost(generation: Runs, money: WriteMoney): string | null {
  const costs = costsOf(generation)
  return costs && costWords(costs, money, usageOf(generation)?.source === 'estimated')
}
