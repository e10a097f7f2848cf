'use client'
import { useConversations } from '@/lib/client/state/context'
import { formatMoney, type Money, picosOf, type Rate, sumsOf } from '@/lib/protocol/billing/money'
import type { Figures } from '@/lib/protocol/billing/usage'

/** The exchange rate from the settings. */
export function useExchangeRate(): Rate {
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  return { currency, perDollar }
}

/** `about $0.42 + €0.10`: `about` if a part is estimated; currencies without an exchange rate stay separate. */
export function formatCost({ cost, estimated, generations, unpriced }: Figures, rate: Rate): string {
  if (generations > 0 && unpriced === generations) return 'No price'
  const sums = sumCosts(cost, rate)
  const text = sums.map((each) => formatMoney(each, { fine: true })).join(' + ')
  return estimated > 0 && sums.some(({ picos }) => picos > 0n) ? `about ${text}` : text
}

/** The part of a cost that is in the display currency, as a float: only for bar lengths and sorting. */
export function costInDisplayCurrency(cost: Figures['cost'], rate: Rate): number {
  return Number(sumCosts(cost, rate).find(({ currency }) => currency === rate.currency)?.picos ?? 0n) / 1e12
}

function sumCosts(cost: Figures['cost'], rate: Rate): Money[] {
  const amounts = cost.map(({ amount, currency }) => ({ picos: picosOf(amount), currency }))
  return sumsOf([{ picos: 0n, currency: rate.currency }, ...amounts], rate)
}
