import 'server-only'
import { type Money, picosPerToken } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'

type Tokens = Pick<Usage, 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'reasoningTokens'>

/**
 * The exact cost of one attempt. Providers report cached tokens as part of the prompt and reasoning tokens as part of the
 * completion; with a report that doesn't, no token is counted twice.
 */
export function costOf(usage: Tokens, price: Price): Money {
  const { promptTokens, completionTokens } = usage
  const rates =
    price.longPrompt && promptTokens > price.longPrompt.over ? { ...price.longPrompt, reasoning: null } : price
  const cached = Math.min(usage.cachedTokens, promptTokens)
  const reasoning = Math.min(usage.reasoningTokens, completionTokens)
  const picos =
    BigInt(promptTokens - cached) * picosPerToken(rates.input) +
    BigInt(cached) * picosPerToken(rates.cachedInput ?? rates.input) +
    BigInt(completionTokens - reasoning) * picosPerToken(rates.output) +
    BigInt(reasoning) * picosPerToken(rates.reasoning ?? rates.output)
  return { picos, currency: price.currency }
}
