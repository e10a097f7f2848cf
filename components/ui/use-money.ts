'use client'
import { useMemo } from 'react'
import { convert, formatMoney, picosOf } from '@/lib/protocol/money'
import { useConversations } from '@/lib/store/context'

/** Money as JSON carries it. */
export interface Amount {
  amount: string
  currency: string
}

/** Writes amounts in the person's currency; one that their rate says nothing of stays in its own. */
export function useMoney(): (amount: Amount, options?: { fine?: boolean }) => string {
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  return useMemo(() => {
    return (amount, options) => {
      const own = { picos: picosOf(amount.amount), currency: amount.currency }
      return formatMoney(convert(own, { currency, perDollar }) ?? own, options)
    }
  }, [currency, perDollar])
}

/** Whether it is nothing at all, as with a model that is free. */
export function isFree({ amount }: Amount): boolean {
  return !/[1-9]/.test(amount)
}
