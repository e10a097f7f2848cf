import type { OwnPrice, Price, PriceList } from '@/lib/protocol/billing/prices'
import type { Problem } from '@/lib/protocol/events'
import type { PricesChange } from '@/lib/protocol/requests/prices'

/** A price as it stands in the form: all of it text. */
export interface PriceDraft {
  provider: string
  model: string
  currency: string
  input: string
  cachedInput: string
  output: string
  reasoning: string
  /** Of long prompts, where they cost otherwise. */
  longInput: string
  longCachedInput: string
  longOutput: string
}

export function draftOf(price: Price | null, provider = ''): PriceDraft {
  return {
    provider: price?.provider ?? provider,
    model: price?.model ?? '',
    currency: price?.currency ?? 'USD',
    input: price?.input ?? '',
    cachedInput: price?.cachedInput ?? '',
    output: price?.output ?? '',
    reasoning: price?.reasoning ?? '',
    longInput: price?.longPrompt?.input ?? '',
    longCachedInput: price?.longPrompt?.cachedInput ?? '',
    longOutput: price?.longPrompt?.output ?? '',
  }
}

/**
 * What goes to the server: the draft, with what the form does not show of the price that it began with. `version` is that
 * of the person's own price that was seen, 0 for none.
 */
export function rowOf(
  { longInput, longCachedInput, longOutput, ...draft }: PriceDraft,
  price: Price | null,
  version: number,
): PricesChange['prices'][number] {
  const { contextWindow, maxOutput, longPrompt } = price ?? {}
  return {
    ...draft,
    version,
    cachedInput: draft.cachedInput.trim() || null,
    reasoning: draft.reasoning.trim() || null,
    longPrompt: longPrompt && {
      over: longPrompt.over,
      input: longInput,
      cachedInput: longCachedInput.trim() || null,
      output: longOutput,
    },
    contextWindow,
    maxOutput,
  }
}

/** Where the server speaks of a field by another name. */
const fields: Record<string, string> = {
  'longPrompt.input': 'longInput',
  'longPrompt.cachedInput': 'longCachedInput',
  'longPrompt.output': 'longOutput',
}

const labels: Record<string, string> = {
  cachedInput: 'cached input',
  longPrompt: 'long prompt',
  longInput: 'input of long prompts',
  longCachedInput: 'cached input of long prompts',
  longOutput: 'output of long prompts',
  contextWindow: 'context window',
  maxOutput: 'longest output',
}

/** A problem with a row ("prices.3.input: is not …"): its number from 1, its field, and what is wrong with it. */
export function priceProblem({ field, message }: Problem): { row: number; field: string; words: string } | null {
  const [, row, path] = /^prices\.(\d+)\.([\w.]+)/.exec(field ?? '') ?? []
  if (row === undefined || path === undefined) return null
  const name = fields[path] ?? path.split('.', 1)[0] ?? path
  const label = labels[name] ?? name
  const said = message.replace(/^[\w.]+: /, '')
  return { row: Number(row) + 1, field: name, words: `${label[0]?.toUpperCase()}${label.slice(1)} ${said}.` }
}

/** What people call the provider that a price is about. */
export function providerName({ providers }: Pick<PriceList, 'providers'>, provider: string): string {
  const known = providers.find((each) => each.provider === provider)
  return known?.name ?? (provider.startsWith('environment') ? 'A previous server' : provider)
}

/** Tells the prices of a list apart. */
export function keyOf({ provider, model }: Pick<Price, 'provider' | 'model'>): string {
  return `${provider} ${model}`
}

/** The person's own price of a model, as it stands in a list. */
export function ownOf(list: PriceList, { provider, model }: Pick<Price, 'provider' | 'model'>): OwnPrice | undefined {
  return list.own.find((each) => each.provider === provider && each.model === model)
}

/** What the person is told whose change of a price met another one. */
export function conflictWords(now: OwnPrice | undefined): string {
  const place = 'in another tab or on another device'
  return now
    ? `Not saved: this price was changed ${place}, and is now ${now.input} in, ${now.output} out (${now.currency}). Save again to use yours instead, or cancel to keep it.`
    : `Not saved: this price was reset ${place}. Save again to use yours, or cancel to keep the list price.`
}

/** The rows of somebody's JSON: a list, or an object that has it under `prices`. Throws for what is not JSON. */
export function rowsIn(text: string): unknown {
  const read: unknown = JSON.parse(text)
  return typeof read === 'object' && read !== null && 'prices' in read ? read.prices : read
}
