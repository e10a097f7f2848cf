import type { Problem } from '@/lib/protocol/events'
import type { Price } from '@/lib/protocol/prices'

/** A price as it stands in the form: all of it text. */
export interface PriceDraft {
  provider: string
  model: string
  currency: string
  input: string
  cachedInput: string
  output: string
  reasoning: string
}

export function draftOf(price: Price | null): PriceDraft {
  return {
    provider: price?.provider ?? '',
    model: price?.model ?? '',
    currency: price?.currency ?? 'USD',
    input: price?.input ?? '',
    cachedInput: price?.cachedInput ?? '',
    output: price?.output ?? '',
    reasoning: price?.reasoning ?? '',
  }
}

/** What goes to the server: the draft, with what the form does not show of the price that it began with. */
export function rowOf(draft: PriceDraft, price: Price | null) {
  const { contextWindow, maxOutput } = price ?? {}
  return {
    ...draft,
    cachedInput: draft.cachedInput.trim() || null,
    reasoning: draft.reasoning.trim() || null,
    contextWindow,
    maxOutput,
  }
}

const labels: Record<string, string> = {
  cachedInput: 'cached input',
  longPrompt: 'long prompt',
  contextWindow: 'context window',
  maxOutput: 'longest output',
}

/** A problem with a row ("prices.3.input: is not …"): its number from 1, its field, and what is wrong with it. */
export function priceProblem({ field, message }: Problem): { row: number; field: string; words: string } | null {
  const [, row, name] = /^prices\.(\d+)\.(\w+)/.exec(field ?? '') ?? []
  if (row === undefined || name === undefined) return null
  const label = labels[name] ?? name
  const said = message.replace(/^[\w.]+: /, '')
  return { row: Number(row) + 1, field: name, words: `${label[0]?.toUpperCase()}${label.slice(1)} ${said}.` }
}

/** The rows of somebody's JSON: a list, or an object that has it under `prices`. Throws for what is not JSON. */
export function rowsIn(text: string): unknown {
  const read: unknown = JSON.parse(text)
  return typeof read === 'object' && read !== null && 'prices' in read ? read.prices : read
}
