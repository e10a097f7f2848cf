'use client'
import { useMemo } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { formatMoney, picosOf, sumsOf } from '@/lib/protocol/billing/money'

/** Money as JSON carries it. */
export interface Amount {
  amount: string
  currency: string
}

export type MoneyFormatter = (amounts: Amount | Amount[]) => string

/**
 * Formats the sum of amounts in the person's currency, with two digits for less than a cent. Currencies without an
 * exchange rate stay separate: `$0.42 + €0.10`.
 */
export function useMoneyFormatter(): MoneyFormatter {
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

export function isFree(amounts: Amount | Amount[]): boolean {
  return [amounts].flat().every(({ amount }) => !/[1-9]/.test(amount))
}
