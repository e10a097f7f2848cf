import 'server-only'
import { storable } from '@/lib/database/billing/spending'
import { addUsage } from '@/lib/protocol/billing/add-usage'
import { amountOf } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'
import { withoutPictures } from '@/lib/protocol/pictures'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { createTokenCounter, type TokenCounter } from '@/lib/tokens/token-counter'
import { type Count, lessCertain } from '@/lib/tokens/tokenizers'
import { costOf } from './cost'

/** How often an estimate is reported at most. */
const REPORT_EVERY_MS = 1000
/** A token has at least one byte, and a UTF-16 unit at most three. */
const MOST_TOKENS_PER_UNIT = 3

type Kind = 'delta' | 'reasoning'

/** What a meter counts for. */
export interface Metered {
  /** What the provider calls the model. */
  model: string
  /** Counts the prompt. Called when the count is needed. */
  countPrompt(): Promise<Count>
  price: Price | null
}

/** How a reply ended, as far as its cost depends on it. */
export interface Ending {
  /** It was stopped or interrupted. */
  cut: boolean
  /** The last attempt produced nothing, and the upstream is unlikely to charge for it. */
  refused: boolean
}

/**
 * Counts the usage of one generation: the upstream's own report if there is one, plus an estimate of what came after it. Text
 * is only buffered as it arrives, and counted when a count is needed.
 */
export class Meter {
  attempts = 0
  #metered: Metered
  #counters: Record<Kind, TokenCounter> | null = null
  #prompt: Count | null = null
  #preparing: Promise<void> | null = null
  #reportedAt: number | null = null
  /** The reported usage of earlier attempts, each priced by its own length. */
  #before: Usage | null = null
  /** The latest report of the current attempt. */
  #reported: Usage | null = null
  /** Text since the report, or since the start, that isn't counted yet. */
  #waiting: Record<Kind, string[]> = { delta: [], reasoning: [] }
  #unreported = false
  #uncounted = 0
  #counted = 0

  constructor(metered: Metered) {
    this.#metered = metered
  }

  /** Loads the tokenizer and counts the prompt in advance; otherwise the first count does. */
  prepare(): Promise<void> {
    this.#preparing ??= this.#load()
    return this.#preparing
  }

  /** An attempt begins. */
  attempt(): void {
    this.attempts++
    this.#before = this.#asReported()
    this.#reported = null
  }

  /** The upstream is sent other messages than planned. */
  replacePrompt(messages: { role: string; content: string }[]): void {
    const { model } = this.#metered
    this.#metered = { ...this.#metered, countPrompt: () => countPrompt(model, messages) }
    this.#prompt = null
    this.#preparing = null
  }

  /** Takes the upstream's report of the attempt so far. */
  report(usage: Usage): void {
    this.#reported = usage
    this.#waiting = { delta: [], reasoning: [] }
    this.#counters?.delta.reset()
    this.#counters?.reasoning.reset()
    this.#unreported = false
    this.#uncounted = 0
    this.#counted = 0
  }

  /** Adds text that arrived. */
  add(kind: Kind, text: string): void {
    const words = withoutPictures(text)
    this.#unreported = true
    this.#waiting[kind].push(words)
    this.#uncounted += words.length
  }

  /** All text so far was reasoning. */
  reclassify(): void {
    const { delta, reasoning } = this.#waiting
    this.#waiting = { delta: [], reasoning: [...reasoning, ...delta] }
    // The other counter has counted nothing: no reasoning had been recognized.
    if (this.#counters) this.#counters = { delta: this.#counters.reasoning, reasoning: this.#counters.delta }
  }

  /** How many tokens have arrived beyond a limit. Only counts if there may be any. */
  past(limit: number): number {
    const reported = this.#reported?.completionTokens ?? 0
    const most = reported + this.#counted + this.#uncounted * MOST_TOKENS_PER_UNIT
    if (!this.#counters || most <= limit) return 0
    const { text, reasoning } = this.#count(this.#counters)
    this.#counted = text + reasoning
    this.#uncounted = 0
    return Math.max(0, reported + this.#counted - limit)
  }

  /** The usage so far, if the last report of it is long enough ago. */
  due(now: number): Usage | null {
    this.#reportedAt ??= now
    if (now - this.#reportedAt < REPORT_EVERY_MS) return null
    if (this.#reported && !this.#unreported) {
      this.#reportedAt = now
      return this.#asReported()
    }
    if (!this.#counters || !this.#prompt) {
      void this.prepare().catch(() => undefined)
      return null
    }
    this.#reportedAt = now
    return this.#estimated(this.#prompt, this.#counters, this.#count(this.#counters))
  }

  /** The usage of the whole generation; null when nothing was used. */
  async total({ cut, refused }: Ending): Promise<Usage | null> {
    // The report of a complete reply covers all of it, wherever in the stream it came.
    if (this.#reported && !(cut && this.#unreported)) return this.#asReported()
    if (!this.#unreported && (refused || this.attempts === 0)) return this.#before
    await this.prepare()
    if (!this.#counters || !this.#prompt) return this.#asReported()
    this.#feed(this.#counters)
    const counts = { text: await this.#counters.delta.finish(), reasoning: await this.#counters.reasoning.finish() }
    return this.#estimated(this.#prompt, this.#counters, counts)
  }

  async #load(): Promise<void> {
    const metered = this.#metered
    const { model } = metered
    const counters = { delta: await createTokenCounter(model), reasoning: await createTokenCounter(model) }
    this.#counters ??= counters
    const counted = await metered.countPrompt()
    if (metered === this.#metered) this.#prompt = counted
  }

  #feed(counters: Record<Kind, TokenCounter>): void {
    for (const kind of ['delta', 'reasoning'] as const) {
      if (this.#waiting[kind].length > 0) counters[kind].add(this.#waiting[kind].join(''))
      this.#waiting[kind] = []
    }
  }

  #count(counters: Record<Kind, TokenCounter>): { text: number; reasoning: number } {
    this.#feed(counters)
    return { text: counters.delta.estimate(), reasoning: counters.reasoning.estimate() }
  }

  #asReported(): Usage | null {
    return this.#reported ? addUsage(this.#before, this.#priced(this.#reported)) : this.#before
  }

  /** The report plus an estimate of what came after it; without a report, an estimate of all. */
  #estimated(
    prompt: Count,
    counters: Record<Kind, TokenCounter>,
    { text, reasoning }: { text: number; reasoning: number },
  ): Usage {
    const reported = this.#reported
    const accuracy = lessCertain(counters.delta.accuracy, counters.reasoning.accuracy)
    const since: Usage = {
      promptTokens: reported ? 0 : prompt.tokens,
      completionTokens: text + reasoning,
      cachedTokens: 0,
      reasoningTokens: reasoning,
      source: 'estimated',
      accuracy: reported ? accuracy : lessCertain(prompt.accuracy, accuracy),
      cost: null,
    }
    return addUsage(this.#before, this.#priced(addUsage(reported, since)))
  }

  #priced(usage: Usage): Usage {
    const { price } = this.#metered
    if (!price) return usage
    const { picos, currency } = costOf(usage, price)
    return { ...usage, cost: { amount: amountOf(storable(picos)), currency } }
  }
}
