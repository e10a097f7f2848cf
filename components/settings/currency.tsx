'use client'
import { useEffect, useState } from 'react'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { convert, formatMoney, isRate } from '@/lib/protocol/money'
import { useConversations } from '@/lib/store/context'

/** What the example line is about: a thousand tokens at $10 a million. */
const example = { picos: 10_000_000_000n, currency: 'USD' }

/** The currency that costs are shown in. Nothing is looked up: the rate is the person's, and goes with the currency. */
export function Currency() {
  const saved = useConversations((state) => state.settings)
  const save = useConversations((state) => state.saveSettings)
  const [draft, setDraft] = useState<{ currency: string; rate: string } | null>(null)
  const currencies = useCurrencies(saved.currency)
  const { currency, rate } = draft ?? { currency: saved.currency, rate: saved.exchangeRate }
  const change = (next: { currency: string; rate: string }) => {
    setDraft(next)
    if (isRate(next.rate)) void save({ currency: next.currency, exchangeRate: next.rate })
  }
  const converted = isRate(rate) ? convert(example, { currency, perDollar: rate }) : null
  return (
    <div>
      <div className="flex flex-wrap items-start gap-4">
        <SelectField
          label="Currency"
          value={currency}
          options={currencies.map(({ code, name }) => ({ value: code, name }))}
          className="w-64 max-w-full"
          onChange={(code) => change({ currency: code, rate: code === 'USD' ? '1' : '' })}
        />
        {currency === 'USD' ? null : (
          <TextField
            className="w-40"
            label={`1 US dollar in ${currency}`}
            inputMode="decimal"
            autoComplete="off"
            value={rate}
            problem={rate === '' || isRate(rate) ? null : 'Enter a number, as 88.50'}
            onChange={({ target }) => change({ currency, rate: target.value.trim() })}
          />
        )}
      </div>
      <p className="mt-2 min-h-5 text-ink-quiet text-note tabular-nums">
        {currencies.length === 1 ? null : exampleWords(converted && formatMoney(converted, { fine: true }))}
      </p>
    </div>
  )
}

function exampleWords(amount: string | null): string {
  if (amount === null) return 'Enter the rate, and costs are shown in this currency.'
  return `For example, a thousand tokens at $10 a million cost ${amount}.`
}

/** All currencies, those that most people look for first. The server does not know the reader's language, so only later. */
function useCurrencies(current: string): { code: string; name: string }[] {
  const [all, setAll] = useState<{ code: string; name: string }[] | null>(null)
  useEffect(() => {
    const names = new Intl.DisplayNames(undefined, { type: 'currency' })
    const first = ['USD', 'EUR', 'GBP', 'INR', 'JPY', 'CNY']
    const codes = new Set([...first, ...Intl.supportedValuesOf('currency')])
    setAll(Array.from(codes, (code) => ({ code, name: `${code} · ${names.of(code) ?? code}` })))
  }, [])
  return all ?? [{ code: current, name: current }]
}
