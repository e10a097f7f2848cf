import 'server-only'
import { type Money, picosPerToken } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'

type Tokens = Pick<Usage, 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'reasoningTokens'>

/**
 * What one attempt costs, to the last pico-unit. Cached tokens are part of the prompt and reasoning tokens part of the
 * completion, as providers report them; a report that says otherwise counts no token twice.
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
