import type { OwnPrice, Price, PriceList } from '@/lib/protocol/billing/prices'
import type { Problem } from '@/lib/protocol/events'
import type { PricesChange } from '@/lib/protocol/requests/prices'

/** The values of the form. */
export interface PriceDraft {
  provider: string
  model: string
  currency: string
  input: string
  cachedInput: string
  output: string
  reasoning: string
  /** For long prompts, if they have a price of their own. */
  longInput: string
  longCachedInput: string
  longOutput: string
}

export function toPriceDraft(price: Price | null, provider = ''): PriceDraft {
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
 * The row that is sent to the server: the draft, with what the form doesn't show of the price it began with. `version` is
 * the version of the custom price that the person saw, 0 for none.
 */
export function toPriceRow(
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

/** Form fields by the server's paths, where they differ. */
const fieldNames: Record<string, string> = {
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

/** Parses a problem with a row (`prices.3.input: is not …`). Rows count from 1; null if it isn't about a row. */
export function priceProblem({
  field,
  message: text,
}: Problem): { row: number; field: string; message: string } | null {
  const [, row, path] = /^prices\.(\d+)\.([\w.]+)/.exec(field ?? '') ?? []
  if (row === undefined || path === undefined) return null
  const name = fieldNames[path] ?? path.split('.', 1)[0] ?? path
  const label = labels[name] ?? name
  const predicate = text.replace(/^[\w.]+: /, '')
  return { row: Number(row) + 1, field: name, message: `${label[0]?.toUpperCase()}${label.slice(1)} ${predicate}.` }
}

/** The display name of the provider of a price. */
export function providerName({ providers }: Pick<PriceList, 'providers'>, provider: string): string {
  const known = providers.find((each) => each.provider === provider)
  return known?.name ?? (provider.startsWith('environment') ? 'A previous server' : provider)
}

/** Identifies a price within a list. */
export function priceKey({ provider, model }: Pick<Price, 'provider' | 'model'>): string {
  return `${provider} ${model}`
}

/** The person's custom price of a model. */
export function customPrice(
  list: PriceList,
  { provider, model }: Pick<Price, 'provider' | 'model'>,
): OwnPrice | undefined {
  return list.own.find((each) => each.provider === provider && each.model === model)
}

/** `current` is the custom price that was saved elsewhere; undefined if it was reset. */
export function conflictMessage(current: OwnPrice | undefined): string {
  const place = 'in another tab or on another device'
  return current
    ? `Not saved: this price was changed ${place}, and is now ${current.input} in, ${current.output} out (${current.currency}). Save again to use yours instead, or cancel to keep it.`
    : `Not saved: this price was reset ${place}. Save again to use yours, or cancel to keep the list price.`
}

/** The rows of a file: a list, or an object with the list in `prices`. @throws {SyntaxError} when it isn't JSON. */
export function parsePriceFile(text: string): unknown {
  const json: unknown = JSON.parse(text)
  return typeof json === 'object' && json !== null && 'prices' in json ? json.prices : json
}

/** The prices that match every word of a query. Custom prices replace their list prices; those without one come first. */
export function filterPrices(prices: PriceList, query: string, onlyCustom: boolean): Price[] {
  const { list, own } = prices
  const custom = new Map(own.map((price) => [priceKey(price), price]))
  const listed = new Set(list.map(priceKey))
  const added = own.filter((price) => !listed.has(priceKey(price)))
  const all: Price[] = onlyCustom ? own : [...added, ...list.map((price) => custom.get(priceKey(price)) ?? price)]
  const words = query.toLowerCase().split(/\s+/)
  return all.filter((price) => {
    const text = `${providerName(prices, price.provider)} ${priceKey(price)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
