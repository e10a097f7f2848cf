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

/** An estimate is told at most this often. */
const TELL_EVERY_MS = 1000
/** No token is shorter than a byte, and no unit of UTF-16 is longer than three. */
const MOST_TOKENS_PER_UNIT = 3

type Kind = 'delta' | 'reasoning'

/** What is metered. */
export interface Metered {
  /** What the provider calls the model. */
  model: string
  /** Counts what the model is sent. Called when somebody wants to know. */
  countPrompt(): Promise<Count>
  price: Price | null
}

/** How an answer ended, as far as it matters to what it costs. */
export interface Ending {
  /** It was cut, by a person or by us, or broke off. */
  cut: boolean
  /** Nothing came of the last attempt, and the upstream is not likely to charge for it. */
  refused: boolean
}

/**
 * Counts what one generation uses: the upstream's own report where there is one, and an estimate of what came after it.
 * Text that comes is only put aside, and is counted when somebody wants to know.
 */
export class Meter {
  attempts = 0
  #metered: Metered
  #counters: Record<Kind, TokenCounter> | null = null
  #prompt: Count | null = null
  #preparing: Promise<void> | null = null
  #toldAt: number | null = null
  /** What the attempts before the last one reported, each at the price of its own length. */
  #before: Usage | null = null
  /** The newest report of the last attempt. */
  #reported: Usage | null = null
  /** Text that came since the report, or in all. */
  #waiting: Record<Kind, string[]> = { delta: [], reasoning: [] }
  #unreported = false
  #uncounted = 0
  #counted = 0

  constructor(metered: Metered) {
    this.#metered = metered
  }

  /** Makes ready to count what comes: otherwise that is done when somebody wants to know. */
  prepare(): Promise<void> {
    this.#preparing ??= this.#load()
    return this.#preparing
  }

  /** The upstream is asked, for the first time or once more. */
  attempt(): void {
    this.attempts++
    this.#before = this.#asReported()
    this.#reported = null
  }

  /** The upstream will be asked with other messages than was meant. */
  replacePrompt(messages: { role: string; content: string }[]): void {
    const { model } = this.#metered
    this.#metered = { ...this.#metered, countPrompt: () => countPrompt(model, messages) }
    this.#prompt = null
    this.#preparing = null
  }

  /** The upstream says what the attempt comes to so far. */
  report(usage: Usage): void {
    this.#reported = usage
    this.#waiting = { delta: [], reasoning: [] }
    this.#counters?.delta.reset()
    this.#counters?.reasoning.reset()
    this.#unreported = false
    this.#uncounted = 0
    this.#counted = 0
  }

  /** Text has come. */
  add(kind: Kind, text: string): void {
    const words = withoutPictures(text)
    this.#unreported = true
    this.#waiting[kind].push(words)
    this.#uncounted += words.length
  }

  /** All text that has come was reasoning. */
  reclassify(): void {
    const { delta, reasoning } = this.#waiting
    this.#waiting = { delta: [], reasoning: [...reasoning, ...delta] }
    // No reasoning had been told apart, so the other counter has counted nothing.
    if (this.#counters) this.#counters = { delta: this.#counters.reasoning, reasoning: this.#counters.delta }
  }

  /** How many tokens have come that are past a limit. Counts only when there may be some. */
  past(limit: number): number {
    const reported = this.#reported?.completionTokens ?? 0
    const most = reported + this.#counted + this.#uncounted * MOST_TOKENS_PER_UNIT
    if (!this.#counters || most <= limit) return 0
    const { text, reasoning } = this.#count(this.#counters)
    this.#counted = text + reasoning
    this.#uncounted = 0
    return Math.max(0, reported + this.#counted - limit)
  }

  /** What was used so far, to be told, when the last time is long enough ago. */
  due(now: number): Usage | null {
    this.#toldAt ??= now
    if (now - this.#toldAt < TELL_EVERY_MS) return null
    if (this.#reported && !this.#unreported) {
      this.#toldAt = now
      return this.#asReported()
    }
    if (!this.#counters || !this.#prompt) {
      void this.prepare().catch(() => undefined)
      return null
    }
    this.#toldAt = now
    return this.#estimated(this.#prompt, this.#counters, this.#count(this.#counters))
  }

  /** What the generation came to; null when nothing was used. */
  async total({ cut, refused }: Ending): Promise<Usage | null> {
    // The report of an answer that is whole holds for all of it, wherever it came.
    if (this.#reported && !(cut && this.#unreported)) return this.#asReported()
    if (!this.#unreported && (refused || this.attempts === 0)) return this.#before
    await this.prepare()
    if (!this.#counters || !this.#prompt) return this.#asReported()
    this.#hand(this.#counters)
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

  #hand(counters: Record<Kind, TokenCounter>): void {
    for (const kind of ['delta', 'reasoning'] as const) {
      if (this.#waiting[kind].length > 0) counters[kind].add(this.#waiting[kind].join(''))
      this.#waiting[kind] = []
    }
  }

  #count(counters: Record<Kind, TokenCounter>): { text: number; reasoning: number } {
    this.#hand(counters)
    return { text: counters.delta.estimate(), reasoning: counters.reasoning.estimate() }
  }

  #asReported(): Usage | null {
    return this.#reported ? addUsage(this.#before, this.#priced(this.#reported)) : this.#before
  }

  /** What was reported and what has come since; without a report, all of it. */
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
