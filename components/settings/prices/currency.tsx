'use client'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import { convert, formatMoney, isRate } from '@/lib/protocol/billing/money'
import { type CurrencyDraft, useCurrencyDraft } from './use-currency-draft'

/** The currency that costs are shown in, and its exchange rate, which the person enters. Saves on Enter and on blur. */
export function Currency() {
  const settings = useConversations((state) => state.settings)
  const saved = { currency: settings.currency, rate: settings.exchangeRate }
  const { draft, problem, conflict, change, save, saveOnLeave } = useCurrencyDraft()
  const currencies = useCurrencies(saved.currency)
  const { currency, rate } = draft ?? saved
  const rateField = useRef<HTMLInputElement>(null)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  const onCurrency = (code: string) => {
    change({ currency: code, rate: code === 'USD' ? '1' : '' })
    if (code === 'USD') save()
  }
  /** The buttons disappear with the choice, so the focus moves first. */
  const resolve = (choice: () => void) => {
    rateField.current?.focus()
    choice()
  }
  return (
    <form onSubmit={onSubmit} noValidate aria-label="Currency">
      <div className="flex flex-wrap items-start gap-4">
        <SelectField
          label="Currency"
          value={currency}
          options={currencies.map(({ code, name }) => ({ value: code, name }))}
          className="w-64 max-w-full"
          onChange={onCurrency}
        />
        {currency === 'USD' ? null : (
          <TextField
            ref={rateField}
            className="w-56 max-w-full"
            label={`1 US dollar in ${currency}`}
            inputMode="decimal"
            autoComplete="off"
            value={rate}
            problem={rate === '' || isRate(rate) ? problem : 'Enter a number, e.g. 88.50'}
            onChange={({ target }) => change({ currency, rate: target.value.trim() })}
            onBlur={saveOnLeave}
          />
        )}
      </div>
      <div role="alert" className="text-small">
        {currency === 'USD' && problem ? <p className="mt-1 text-danger text-note">{problem}</p> : null}
        {conflict ? (
          <div className="mt-2 flex flex-wrap gap-2">
            <Button onClick={() => resolve(save)}>Use {formatRate({ currency, rate })}</Button>
            <Button onClick={() => resolve(() => change(null))}>Keep {formatRate(saved)}</Button>
          </div>
        ) : null}
      </div>
      <p className="mt-2 min-h-5 text-ink-quiet text-note tabular-nums">
        {currencies.length === 1 ? null : exampleText({ currency, rate })}
      </p>
    </form>
  )
}

function formatRate({ currency, rate }: CurrencyDraft): string {
  return `${rate} ${currency}`
}

/** The cost of a thousand tokens at $10 per million. */
const exampleCost = { picos: 10_000_000_000n, currency: 'USD' }

function exampleText({ currency, rate }: CurrencyDraft): string {
  const converted = isRate(rate) ? convert(exampleCost, { currency, perDollar: rate }) : null
  if (converted === null) return 'Enter the rate to see costs in this currency.'
  return `For example, 1,000 tokens at $10 per million cost ${formatMoney(converted, { fine: true })}.`
}

/** All currencies, common ones first. Only the current one until the browser, which knows the language, can name them. */
function useCurrencies(current: string): { code: string; name: string }[] {
  const [all, setAll] = useState<{ code: string; name: string }[] | null>(null)
  useEffect(() => {
    const names = new Intl.DisplayNames(undefined, { type: 'currency' })
    const common = ['USD', 'EUR', 'GBP', 'INR', 'JPY', 'CNY']
    const codes = new Set([...common, ...Intl.supportedValuesOf('currency')])
    setAll(Array.from(codes, (code) => ({ code, name: `${code} · ${names.of(code) ?? code}` })))
  }, [])
  return all ?? [{ code: current, name: current }]
}
