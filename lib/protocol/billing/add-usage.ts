import type { Usage } from '../events'
import { amountOf, picosOf } from './money'

/** The sum of two usages. It is an estimate if either is; its cost is null unless both have one in the same currency. */
export function addUsage(one: Usage | null, other: Usage): Usage {
  if (!one) return other
  const audio = (one.audioTokens ?? 0) + (other.audioTokens ?? 0)
  return {
    ...one,
    ...other,
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    ...(audio > 0 ? { audioTokens: audio } : {}),
    source: one.source === 'estimated' ? one.source : other.source,
    cost: addCost(one.cost, other.cost),
  }
}

function addCost(one: Usage['cost'], other: Usage['cost']): Usage['cost'] {
  if (!one || !other || one.currency !== other.currency) return null
  return { ...other, amount: amountOf(picosOf(one.amount) + picosOf(other.amount)) }
}
