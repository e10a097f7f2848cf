import { formatSeconds } from '@/components/ui/seconds'
import { type Amount, isFree } from '@/components/ui/use-money'
import { addUsage } from '@/lib/protocol/add-usage'
import type { Usage } from '@/lib/protocol/events'
import { type GenerationSummary, hasThoughts, type Part } from '@/lib/protocol/messages'
import { tokensPerSecond } from '@/lib/protocol/speed'

/** `1,240 tokens`, as the reader's language writes numbers. */
export function tokenWords(tokens: number): string {
  return `${tokens.toLocaleString()} ${tokens === 1 ? 'token' : 'tokens'}`
}

/** A cost in words, `about` when it is of an estimate. */
export function costWords(cost: Amount, money: (amount: Amount) => string, about: boolean): string {
  if (isFree(cost)) return 'free'
  const amount = money(cost)
  return about && !amount.startsWith('<') ? `about ${amount}` : amount
}

/** What all runs used that wrote a reply; null before the first of them has told. */
export function usageOf({ usage, earlier }: Pick<GenerationSummary, 'usage' | 'earlier'>): Usage | null {
  return [...earlier, ...(usage ? [usage] : [])].reduce<Usage | null>(addUsage, null)
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
  return tokensPerSecond(usage, endedAt - firstTokenAt, hasThoughts(parts))
}

/** `48.2 tokens/s` */
export function rateWords(rate: number): string {
  const digits = rate < 10 ? 1 : 0
  return `${rate.toLocaleString(undefined, { maximumFractionDigits: digits })} tokens/s`
}

/** A reply's numbers for the line under it: what it cost, its length, its time and its speed. */
export function replyNumbers(
  generation: GenerationSummary,
  parts: Part[],
  money: (amount: Amount) => string,
): string[] {
  const { startedAt, endedAt, status } = generation
  const usage = usageOf(generation)
  const estimated = usage?.source === 'estimated'
  const rate = tokenRate(generation, parts)
  return [
    usage?.cost ? costWords(usage.cost, money, estimated) : null,
    usage ? `${estimated ? 'about ' : ''}${tokenWords(usage.completionTokens)}` : null,
    endedAt === null || status === 'failed' ? null : formatSeconds(Math.max(0, endedAt - startedAt)),
    rate === null ? null : rateWords(rate),
  ].filter((each) => each !== null)
}
