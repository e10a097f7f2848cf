import 'server-only'
import { type Amounts, MAX_PICOS } from '@/lib/database/billing/spending'
import { dollarsOf, type Money } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Account } from './account'
import { costOf } from './cost'

/** The longest reply that is requested under a budget if neither the person nor the model sets a limit. */
const DEFAULT_MAX_TOKENS = 4096

/** The maximum cost of a prompt and a reply: nothing is cached, and the reply is all text or all reasoning, whichever costs more. */
export function costAtMost(price: Price, promptTokens: number, completionTokens: number): Money {
  const tokens = { promptTokens, completionTokens, cachedTokens: 0 }
  const plain = costOf({ ...tokens, reasoningTokens: 0 }, price)
  const reasoned = costOf({ ...tokens, reasoningTokens: completionTokens }, price)
  return reasoned.picos > plain.picos ? reasoned : plain
}

/** The same as amounts of a budget; `picos` is null when the price or the exchange rate isn't known. */
export function amountsAtMost(
  { price, rate }: Account,
  promptTokens: number,
  completionTokens: number,
): { picos: bigint | null; tokens: bigint } {
  const dollars = price && dollarsOf(costAtMost(price, promptTokens, completionTokens), rate)
  const picos = dollars !== null && dollars > MAX_PICOS ? MAX_PICOS : dollars
  return { picos, tokens: BigInt(promptTokens + completionTokens) }
}

/** The amounts to reserve. Without a known price only tokens: a budget that needs the price has refused the start. */
export function reservedFor(account: Account, promptTokens: number, completionTokens: number): Amounts {
  const { picos, tokens } = amountsAtMost(account, promptTokens, completionTokens)
  return { picos: picos ?? 0n, tokens }
}

/** The longest reply that a model can give to a prompt; null when that isn't known. */
export function longestReply(price: Price | null, promptTokens: number): number | null {
  return price?.maxOutput ? fitWindow(price, promptTokens, price.maxOutput) : null
}

/** The same, or else a length that most replies don't reach. */
export function sensibleLength(price: Price | null, promptTokens: number): number {
  return fitWindow(price, promptTokens, price?.maxOutput ?? DEFAULT_MAX_TOKENS)
}

/** A length within what the model's context window has room for. */
function fitWindow(price: Price | null, promptTokens: number, length: number): number {
  return price?.contextWindow ? Math.max(1, Math.min(length, price.contextWindow - promptTokens)) : length
}

/** The largest integer from 1 to `most` that meets a condition which all smaller ones meet too; null if none does. */
export function largest(most: number, holds: (number: number) => boolean): number | null {
  let [yes, no] = [0, most + 1]
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2)
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes === 0 ? null : yes
}
