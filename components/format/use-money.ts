'use client'
import { useMemo } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { formatMoney, picosOf, sumsOf } from '@/lib/protocol/billing/money'

/** Money as JSON carries it. */
export interface Amount {
  amount: string
  currency: string
}

export type WriteMoney = (amounts: Amount | Amount[]) => string

/**
 * Writes amounts in the person's currency, several as their sum, with two digits of what is less than a coin. What their
 * rate says nothing of stays in its own: "$0.42 + €0.10".
 */
export function useMoney(): WriteMoney {
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  return useMemo(() => {
    return (amounts) =>
      sumsOf(
        [amounts].flat().map((each) => ({ picos: picosOf(each.amount), currency: each.currency })),
        { currency, perDollar },
      )
        .map((sum) => formatMoney(sum, { fine: true }))
        .join(' + ')
  }, [currency, perDollar])
}

/** Whether it is nothing at all, as with a model that is free. */
export function isFree(amounts: Amount | Amount[]): boolean {
  return [amounts].flat().every(({ amount }) => !/[1-9]/.test(amount))
}
