import 'server-only'
import { type Amounts, MOST_PICOS } from '@/lib/database/billing/spending'
import { dollarsOf, type Money } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Account } from './account'
import { costOf } from './cost'

/** The longest answer that is asked for under a budget, where neither the person nor the model sets a limit. */
const LONGEST_ANSWER = 4096

/** What a prompt and an answer of so many tokens cost at most: nothing was cached, and reasoning is charged as it is dearer. */
export function costAtMost(price: Price, promptTokens: number, completionTokens: number): Money {
  const tokens = { promptTokens, completionTokens, cachedTokens: 0 }
  const plain = costOf({ ...tokens, reasoningTokens: 0 }, price)
  const reasoned = costOf({ ...tokens, reasoningTokens: completionTokens }, price)
  return reasoned.picos > plain.picos ? reasoned : plain
}

/** The same as it is booked; no `picos` when the price is not known, or in a currency whose rate is not. */
export function amountsAtMost(
  { price, rate }: Account,
  promptTokens: number,
  completionTokens: number,
): { picos: bigint | null; tokens: bigint } {
  const dollars = price && dollarsOf(costAtMost(price, promptTokens, completionTokens), rate)
  const picos = dollars !== null && dollars > MOST_PICOS ? MOST_PICOS : dollars
  return { picos, tokens: BigInt(promptTokens + completionTokens) }
}

/** What is set aside for a generation. A price that is not known sets tokens aside alone: `check` has refused it if it must. */
export function reservedFor(account: Account, promptTokens: number, completionTokens: number): Amounts {
  const { picos, tokens } = amountsAtMost(account, promptTokens, completionTokens)
  return { picos: picos ?? 0n, tokens }
}

/** The longest answer that a model gives to a prompt, as far as it is known. */
export function longestAnswer(price: Price | null, promptTokens: number): number | null {
  return price?.maxOutput ? within(price, promptTokens, price.maxOutput) : null
}

/** The same, or a length that most answers do not reach. */
export function sensibleLength(price: Price | null, promptTokens: number): number {
  return within(price, promptTokens, price?.maxOutput ?? LONGEST_ANSWER)
}

/** As much of a length as the model's window has room for. */
function within(price: Price | null, promptTokens: number, length: number): number {
  return price?.contextWindow ? Math.max(1, Math.min(length, price.contextWindow - promptTokens)) : length
}

/** The largest whole number up to `most` for which something holds that holds for all below as well; null when for none. */
export function largest(most: number, holds: (number: number) => boolean): number | null {
  let [yes, no] = [0, most + 1]
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2)
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes === 0 ? null : yes
}
