'use client'
import { useConversations } from '@/lib/client/state/context'
import { formatMoney, type Money, picosOf, type Rate, sumsOf } from '@/lib/protocol/billing/money'
import type { Figures } from '@/lib/protocol/billing/usage'

/** The rate that the person has set. */
export function useRate(): Rate {
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  return { currency, perDollar }
}

/** A cost in words: "about $0.42 + €0.10" when some of it is estimated, and some of a currency without a rate. */
export function costWords({ cost, estimated, generations, unpriced }: Figures, rate: Rate): string {
  if (generations > 0 && unpriced === generations) return 'No price'
  const sums = sumsIn(cost, rate)
  const words = sums.map((each) => formatMoney(each, { fine: true })).join(' + ')
  return estimated > 0 && sums.some(({ picos }) => picos > 0n) ? `about ${words}` : words
}

/** How long a bar of this cost is; only its length is a float. */
export function costLength(cost: Figures['cost'], rate: Rate): number {
  return Number(sumsIn(cost, rate).find(({ currency }) => currency === rate.currency)?.picos ?? 0n) / 1e12
}

function sumsIn(cost: Figures['cost'], rate: Rate): Money[] {
  const amounts = cost.map(({ amount, currency }) => ({ picos: picosOf(amount), currency }))
  return sumsOf([{ picos: 0n, currency: rate.currency }, ...amounts], rate)
}
