'use client'
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import { ApiError, problemFrom } from '@/lib/client/transport/api-calls'
import { convert, formatMoney, isRate } from '@/lib/protocol/billing/money'

/** What the example line is about: a thousand tokens at $10 a million. */
const example = { picos: 10_000_000_000n, currency: 'USD' }

interface Draft {
  currency: string
  rate: string
}

/**
 * The currency that costs are shown in. Nothing is looked up: the rate is the person's, and goes with the currency. It is
 * saved when the field is left, with Enter, and when the page is left; what could not be saved stays in the field.
 */
export function Currency() {
  const saved = useConversations((state) => state.settings)
  const { draft, problem, elsewhere, change, save, leave } = useCurrencyDraft()
  const currencies = useCurrencies(saved.currency)
  const { currency, rate } = draft ?? { currency: saved.currency, rate: saved.exchangeRate }
  const converted = isRate(rate) ? convert(example, { currency, perDollar: rate }) : null
  const field = useRef<HTMLInputElement>(null)
  /** The question goes away with its answer, and the focus goes back to what it was about. */
  const answer = (choice: () => void) => {
    field.current?.focus()
    choice()
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  return (
    <form onSubmit={onSubmit} noValidate aria-label="Currency">
      <div className="flex flex-wrap items-start gap-4">
        <SelectField
          label="Currency"
          value={currency}
          options={currencies.map(({ code, name }) => ({ value: code, name }))}
          className="w-64 max-w-full"
          onChange={(code) => {
            change({ currency: code, rate: code === 'USD' ? '1' : '' })
            if (code === 'USD') save()
          }}
        />
        {currency === 'USD' ? null : (
          <TextField
            ref={field}
            className="w-56 max-w-full"
            label={`1 US dollar in ${currency}`}
            inputMode="decimal"
            autoComplete="off"
            value={rate}
            problem={rate === '' || isRate(rate) ? problem : 'Enter a number, e.g. 88.50'}
            onChange={({ target }) => change({ currency, rate: target.value.trim() })}
            onBlur={leave}
          />
        )}
      </div>
      <div role="alert" className="text-small">
        {currency === 'USD' && problem ? <p className="mt-1 text-danger text-note">{problem}</p> : null}
        {elsewhere ? (
          <div className="mt-2 flex flex-wrap gap-2">
            <Button onClick={() => answer(save)}>Use {rateWords({ currency, rate })}</Button>
            <Button onClick={() => answer(() => change(null))}>
              Keep {rateWords({ currency: saved.currency, rate: saved.exchangeRate })}
            </Button>
          </div>
        ) : null}
      </div>
      <p className="mt-2 min-h-5 text-ink-quiet text-note tabular-nums">
        {currencies.length === 1 ? null : exampleWords(converted && formatMoney(converted, { fine: true }))}
      </p>
    </form>
  )
}

/** What was chosen and typed and is not saved yet. */
function useCurrencyDraft() {
  const saveTyped = useConversations((state) => state.saveTyped)
  const notify = useConversations((state) => state.notify)
  const [draft, setDraft] = useState<Draft | null>(null)
  const [refusal, setRefusal] = useState<unknown>(null)
  /** The draft as it is now, which of it is being saved, and whether the person is asked which value to keep. */
  const now = useRef<{ draft: Draft | null; sent: Draft | null; asked: boolean }>({
    draft: null,
    sent: null,
    asked: false,
  })
  const change = useCallback((next: Draft | null) => {
    now.current = { draft: next, sent: null, asked: false }
    setDraft(next)
    setRefusal(null)
  }, [])
  const save = useCallback(async () => {
    const { draft: typed, sent } = now.current
    if (!typed || typed === sent || !isRate(typed.rate)) return
    now.current = { draft: typed, sent: typed, asked: false }
    try {
      await saveTyped({ currency: typed.currency, exchangeRate: typed.rate })
      if (now.current.draft === typed) change(null)
    } catch (error) {
      // What was typed since then is sent by itself.
      if (now.current.draft !== typed) return
      now.current = { draft: typed, sent: null, asked: isConflict(error) }
      setRefusal(error)
      throw error
    }
  }, [saveTyped, change])
  /** When the field or the page is left. Not while the person is asked: that would be an answer. */
  const leave = useCallback(() => (now.current.asked ? Promise.resolve() : save()), [save])
  useEffect(() => {
    const onLeave = () =>
      void leave().catch((error: unknown) => {
        const text = `Couldn’t save the exchange rate. ${problemFrom(error).message}`
        notify({ id: 'settings', text, tone: 'danger' })
      })
    // The first comes before the next page is asked for; where there is none, the second does.
    for (const event of ['beforeunload', 'pagehide']) addEventListener(event, onLeave)
    return () => {
      for (const event of ['beforeunload', 'pagehide']) removeEventListener(event, onLeave)
      onLeave()
    }
  }, [leave, notify])
  return {
    draft,
    problem: refusal ? problemFrom(refusal).message : null,
    elsewhere: isConflict(refusal),
    change,
    // A refusal is shown beside the field.
    save: () => void save().catch(() => {}),
    leave: () => void leave().catch(() => {}),
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409
}

function rateWords({ currency, rate }: Draft): string {
  return `${rate} ${currency}`
}

function exampleWords(amount: string | null): string {
  if (amount === null) return 'Enter the rate to see costs in this currency.'
  return `For example, 1,000 tokens at $10 per million cost ${amount}.`
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
