import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { amountOf } from '@/lib/protocol/money'
import type { Price } from '@/lib/protocol/prices'
import { costOf } from './cost'
import { createTokenCounter, type TokenCounter } from './counter'
import { countPrompt } from './prompt'
import { type Accuracy, lessCertain } from './tokenizers'

/** An estimate is told at most this often. */
const TELL_EVERY_MS = 1000
/** No token is shorter than a byte, and no unit of UTF-16 is longer than three. */
const MOST_TOKENS_PER_UNIT = 3

type Kind = 'delta' | 'reasoning'

/** What is metered. */
export interface Metered {
  /** What the provider calls the model. */
  model: string
  messages: { role: string; content: string }[]
  /** Counted already, where a budget asked for it. */
  promptTokens: number | null
  price: Price | null
  /** The tokens of the answer that the budgets allow; undefined where none is set. */
  limit: number | undefined
}

/** How an answer ended, as far as it matters to what it costs. */
export interface Ending {
  /** It was cut, by a person or by us, or broke off. */
  cut: boolean
  /** Nothing came of the last attempt, and the upstream is not likely to charge for it. */
  refused: boolean
}

/**
 * Counts what one generation uses: the upstream's own report where there is one, else an estimate. Text that comes is
 * only put aside, and is counted when somebody wants to know.
 */
export class Meter {
  attempts = 0
  readonly #metered: Metered
  readonly #waiting: Record<Kind, string[]> = { delta: [], reasoning: [] }
  #counters: Record<Kind, TokenCounter> | null = null
  #prompt: { tokens: number; accuracy: Accuracy } | null = null
  #preparing: Promise<void> | null = null
  #begun = false
  #uncounted = 0
  #counted = 0
  #toldAt: number | null = null
  /** What the attempts before the last one reported, and the last one. */
  #before: Usage | null = null
  #reported: Usage | null = null

  constructor(metered: Metered) {
    this.#metered = metered
    if (metered.limit !== undefined) void this.#prepare().catch(() => undefined)
  }

  /** The upstream is asked, for the first time or once more. */
  attempt(): void {
    this.attempts++
    this.#before = sum(this.#before, this.#reported)
    this.#reported = null
  }

  /** The upstream says what the attempt came to. */
  report(usage: Usage): void {
    this.#reported = usage
  }

  /** Text has come. */
  add(kind: Kind, text: string): void {
    this.#begun = true
    this.#waiting[kind].push(text)
    this.#uncounted += text.length
  }

  /** Whether more has come than the budgets allow. Counts only when it may be so. */
  get passed(): boolean {
    const { limit } = this.#metered
    if (limit === undefined || !this.#counters) return false
    if (this.#counted + this.#uncounted * MOST_TOKENS_PER_UNIT <= limit) return false
    const { text, reasoning } = this.#count(this.#counters)
    this.#counted = text + reasoning
    this.#uncounted = 0
    return this.#counted > limit
  }

  /** An estimate to be told, when the last one is long enough ago. */
  due(now: number): Usage | null {
    this.#toldAt ??= now
    if (now - this.#toldAt < TELL_EVERY_MS) return null
    if (!this.#counters || !this.#prompt) {
      void this.#prepare().catch(() => undefined)
      return null
    }
    this.#toldAt = now
    return this.#estimated(this.#prompt, this.#counters, this.#count(this.#counters))
  }

  /** What the generation came to; null when nothing was used. */
  async total({ cut, refused }: Ending): Promise<Usage | null> {
    const reported = sum(this.#before, this.#reported)
    if (this.#reported && !cut) return this.#priced(reported)
    if (!this.#begun && (refused || this.attempts === 0)) return this.#priced(reported)
    await this.#prepare()
    if (!this.#counters || !this.#prompt) return this.#priced(reported)
    this.#hand(this.#counters)
    const counts = { text: await this.#counters.delta.finish(), reasoning: await this.#counters.reasoning.finish() }
    const estimate = this.#estimated(this.#prompt, this.#counters, counts)
    if (!this.#reported) return estimate
    // A report that came along the way may be older than what came last.
    if (this.#reported.completionTokens >= counts.text + counts.reasoning) return this.#priced(reported)
    const { completionTokens, reasoningTokens } = estimate
    const { promptTokens, cachedTokens } = reported ?? estimate
    return this.#priced({ ...estimate, promptTokens, cachedTokens, completionTokens, reasoningTokens })
  }

  #prepare(): Promise<void> {
    this.#preparing ??= this.#load()
    return this.#preparing
  }

  async #load(): Promise<void> {
    const { model, messages, promptTokens } = this.#metered
    this.#counters = { delta: await createTokenCounter(model), reasoning: await createTokenCounter(model) }
    this.#prompt =
      promptTokens === null
        ? await countPrompt(model, messages)
        : { tokens: promptTokens, accuracy: this.#counters.delta.accuracy }
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

  #estimated(
    prompt: { tokens: number; accuracy: Accuracy },
    counters: Record<Kind, TokenCounter>,
    { text, reasoning }: { text: number; reasoning: number },
  ): Usage {
    const last: Usage = {
      promptTokens: prompt.tokens,
      completionTokens: text + reasoning,
      cachedTokens: 0,
      reasoningTokens: reasoning,
      source: 'estimated',
      accuracy: lessCertain(prompt.accuracy, counters.delta.accuracy),
      cost: null,
    }
    return this.#priced(sum(this.#before, last) ?? last)
  }

  #priced<U extends Usage | null>(usage: U): U {
    return usage && { ...usage, cost: pricedAt(usage, this.#metered.price) }
  }
}

/** What usage costs, as it travels; null when the price is not known. */
export function pricedAt(usage: Usage, price: Price | null): Usage['cost'] {
  if (!price) return null
  const { picos, currency } = costOf(usage, price)
  return { amount: amountOf(picos), currency }
}

/** What several attempts came to. It is an estimate when the last of them is. */
function sum(one: Usage | null, other: Usage | null): Usage | null {
  if (!one || !other) return one ?? other
  const audio = (one.audioTokens ?? 0) + (other.audioTokens ?? 0)
  return {
    ...other,
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    ...(audio > 0 ? { audioTokens: audio } : {}),
  }
}
