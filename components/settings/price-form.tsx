'use client'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/text-field'
import type { Problem } from '@/lib/protocol/events'
import type { Price, PriceList } from '@/lib/protocol/prices'
import { problemOf } from '@/lib/store/client'
import { client } from './client'
import { draftOf, type PriceDraft, priceProblem, rowOf } from './price-draft'

const amounts = [
  { field: 'input', label: 'Input', hint: undefined },
  { field: 'cachedInput', label: 'Cached input', hint: 'Empty: as input' },
  { field: 'output', label: 'Output', hint: undefined },
  { field: 'reasoning', label: 'Reasoning', hint: 'Empty: as output' },
] as const

const longAmounts = [
  { field: 'longInput', label: 'Long input', hint: undefined },
  { field: 'longCachedInput', label: 'Long cached', hint: 'Empty: as long input' },
  { field: 'longOutput', label: 'Long output', hint: undefined },
] as const

/** Changes what a model costs, or adds a model. `own` when the price is the person's, so that it can be reset. */
export function PriceForm({
  price,
  own,
  onChanged,
  onCancel,
}: {
  price: Price | null
  own: boolean
  onChanged(list: PriceList): void
  onCancel(): void
}) {
  const [draft, setDraft] = useState(() => draftOf(price))
  const [problem, setProblem] = useState<Problem | null>(null)
  const [saving, setSaving] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
  }, [])
  const wrong = problem ? priceProblem(problem) : null
  const bind = (field: keyof PriceDraft) => ({
    value: draft[field],
    problem: wrong?.field === field ? wrong.words : null,
    onChange: (event: { target: { value: string } }) => {
      setDraft((before) => ({ ...before, [field]: event.target.value }))
      setProblem(null)
    },
    autoComplete: 'off',
    spellCheck: false,
  })
  const run = async (job: () => Promise<PriceList>) => {
    if (saving) return
    setSaving(true)
    setProblem(null)
    try {
      onChanged(await job())
    } catch (error) {
      setProblem(problemOf(error))
      setSaving(false)
    }
  }
  const onSave = (event: FormEvent) => {
    event.preventDefault()
    void run(() => client().savePrices([rowOf(draft, price)]))
  }

  return (
    <form onSubmit={onSave} aria-label={price ? `Price of ${price.model}` : 'Add a price'} className="space-y-4 py-4">
      {price ? null : (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField ref={first} label="Provider" required placeholder="api.example.com" {...bind('provider')} />
          <TextField label="Model" required {...bind('model')} />
        </div>
      )}
      <div className="grid grid-cols-2 items-start gap-4 sm:grid-cols-5">
        {amounts.map(({ field, label, hint }) => (
          <TextField
            key={field}
            ref={price && field === 'input' ? first : undefined}
            label={label}
            hint={hint}
            inputMode="decimal"
            required={hint === undefined}
            {...bind(field)}
          />
        ))}
        <TextField label="Currency" required maxLength={3} {...bind('currency')} />
      </div>
      {price?.longPrompt ? (
        <fieldset className="grid grid-cols-2 items-start gap-4 sm:grid-cols-5">
          <legend className="mb-2 text-ink-quiet text-note">
            When the prompt is longer than {price.longPrompt.over.toLocaleString()} tokens
          </legend>
          {longAmounts.map(({ field, label, hint }) => (
            <TextField
              key={field}
              label={label}
              hint={hint}
              inputMode="decimal"
              required={hint === undefined}
              {...bind(field)}
            />
          ))}
        </fieldset>
      ) : null}
      <div role="alert">
        {problem && !isShown(wrong?.field) ? (
          <p className="text-danger text-small">{wrong?.words ?? problem.message}</p>
        ) : null}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={saving}>
          {saving ? 'Saving' : 'Save'}
        </Button>
        {own && price ? (
          <Button
            disabled={saving}
            onClick={() => void run(() => client().resetPrices({ provider: price.provider, model: price.model }))}
          >
            Reset
          </Button>
        ) : null}
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  )
}

function isShown(field: string | undefined): boolean {
  return field !== undefined && field in draftOf(null)
}
