'use client'
import { convert, formatMoney, type Money, picosOf, type Rate } from '@/lib/protocol/money'
import type { Figures } from '@/lib/protocol/usage'
import { useConversations } from '@/lib/store/context'

/** The rate that the person has set. */
export function useRate(): Rate {
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  return { currency, perDollar }
}

/** What something cost in the display currency; what the rate says nothing of stays apart. */
export function shownCost(cost: Figures['cost'], rate: Rate): { money: Money; others: Money[] } {
  let picos = 0n
  const others: Money[] = []
  for (const { amount, currency } of cost) {
    const money = { picos: picosOf(amount), currency }
    const converted = convert(money, rate)
    if (converted) picos += converted.picos
    else others.push(money)
  }
  return { money: { picos, currency: rate.currency }, others }
}

/** A cost in words: "about $0.42 + €0.10" when some of it is estimated, and some of a currency without a rate. */
export function costWords({ cost, estimated, generations, unpriced }: Figures, rate: Rate): string {
  if (generations > 0 && unpriced === generations) return 'no price'
  const { money, others } = shownCost(cost, rate)
  const shown = [...(money.picos > 0n || others.length === 0 ? [money] : []), ...others]
  const words = shown.map((each) => formatMoney(each, { fine: true })).join(' + ')
  return estimated > 0 && shown.some(({ picos }) => picos > 0n) ? `about ${words}` : words
}

/** How long a bar of this cost is; only its length is a float. */
export function costLength(cost: Figures['cost'], rate: Rate): number {
  return Number(shownCost(cost, rate).money.picos) / 1e12
}
