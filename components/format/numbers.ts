import { addUsage } from '@/lib/protocol/billing/add-usage'
import { tokensPerSecond } from '@/lib/protocol/billing/speed'
import type { Usage } from '@/lib/protocol/events'
import { type GenerationSummary, hasReasoning, type Part } from '@/lib/protocol/messages'
import { type Amount, isFree, type MoneyFormatter } from './use-money-formatter'

/** `1,240 tokens` */
export function formatTokens(tokens: number): string {
  return `${tokens.toLocaleString()} ${tokens === 1 ? 'token' : 'tokens'}`
}

/** `82%`, for a fraction of 0.82. */
export function formatPercent(fraction: number): string {
  return fraction.toLocaleString(undefined, { style: 'percent' })
}

/** `48.2 tokens/s` */
export function formatTokenRate(rate: number): string {
  const maximumFractionDigits = rate < 10 ? 1 : 0
  return `${rate.toLocaleString(undefined, { maximumFractionDigits })} tokens/s`
}

/** `$0.02`, `about $0.02` for an estimate, `free`. */
export function formatCosts(costs: Amount[], money: MoneyFormatter, estimated: boolean): string {
  if (isFree(costs)) return 'free'
  const amount = money(costs)
  return estimated && !amount.startsWith('<') ? `about ${amount}` : amount
}

/** What a reply cost; null if any of its runs has no known cost. */
export function formatReplyCost(generation: Runs, money: MoneyFormatter): string | null {
  const costs = replyCosts(generation)
  return costs && formatCosts(costs, money, replyUsage(generation)?.source === 'estimated')
}

/** A reply that was continued has one usage per run. */
type Runs = Pick<GenerationSummary, 'usage' | 'earlier'>

/** The usage of a reply, summed over its runs; null before the first report. */
export function replyUsage(runs: Runs): Usage | null {
  return usages(runs).reduce<Usage | null>(addUsage, null)
}

/** The cost of each run, in its own currency; null if one is unknown. */
export function replyCosts(runs: Runs): Amount[] | null {
  const costs = usages(runs).map(({ cost }) => cost)
  return costs.length > 0 && costs.every((cost) => cost !== null) ? costs : null
}

function usages({ usage, earlier }: Runs): Usage[] {
  return [...earlier, ...(usage ? [usage] : [])]
}

/** How many tokens of a turn the next prompt sends again. Reasoning isn't sent. */
export function tokensKeptInContext({ promptTokens, completionTokens, reasoningTokens }: Usage): number {
  return promptTokens + Math.max(0, completionTokens - reasoningTokens)
}

/** Tokens per second of a finished reply. `parts` are all parts of its message. */
export function tokenRate(
  { usage, firstTokenAt, endedAt }: Pick<GenerationSummary, 'usage' | 'firstTokenAt' | 'endedAt'>,
  parts: Part[],
): number | null {
  if (!usage || firstTokenAt === null || endedAt === null) return null
  return tokensPerSecond(usage, endedAt - firstTokenAt, hasReasoning(parts))
}
