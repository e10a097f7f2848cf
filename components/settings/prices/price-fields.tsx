'use client'
import { type ChangeEvent, useEffect, useRef } from 'react'
import { TextField } from '@/components/ui/text-field'
import type { Price, PricedProvider } from '@/lib/protocol/billing/prices'
import { ModelFields } from './model-fields'
import type { PriceDraft } from './price-draft'

interface AmountField {
  field: keyof PriceDraft
  label: string
  /** What an empty field stands for. Without a hint, the field is required. */
  hint?: string
}

const amountFields: AmountField[] = [
  { field: 'input', label: 'Input' },
  { field: 'cachedInput', label: 'Cached input', hint: 'Defaults to input' },
  { field: 'output', label: 'Output' },
  { field: 'reasoning', label: 'Reasoning', hint: 'Defaults to output' },
]

const longPromptFields: AmountField[] = [
  { field: 'longInput', label: 'Long input' },
  { field: 'longCachedInput', label: 'Long cached', hint: 'Defaults to long input' },
  { field: 'longOutput', label: 'Long output' },
]

/** The fields of a price; only a new one can choose its model. The first field takes the focus. */
export function PriceFields({
  price,
  draft,
  providers,
  problem,
  onChange,
}: {
  price: Price | null
  draft: PriceDraft
  providers: PricedProvider[]
  problem: { field: string; message: string } | null
  onChange(change: Partial<PriceDraft>): void
}) {
  const fields = useRef<HTMLDivElement>(null)
  const isNew = price === null
  useEffect(() => {
    if (!isNew) fields.current?.querySelector('input')?.focus()
  }, [isNew])
  const bind = (field: keyof PriceDraft) => ({
    value: draft[field],
    problem: problem?.field === field ? problem.message : null,
    onChange: (event: ChangeEvent<HTMLInputElement>) => onChange({ [field]: event.target.value }),
    autoComplete: 'off',
    autoCapitalize: 'none',
    spellCheck: false,
  })
  const amount = ({ field, label, hint }: AmountField) => (
    <TextField
      key={field}
      label={label}
      hint={hint}
      inputMode="decimal"
      required={hint === undefined}
      {...bind(field)}
    />
  )
  return (
    <>
      {isNew ? (
        <ModelFields
          providers={providers}
          provider={bind('provider')}
          model={bind('model')}
          onProvider={(provider) => onChange({ provider })}
        />
      ) : null}
      <div ref={fields} className="grid grid-cols-2 items-start gap-4 sm:grid-cols-5">
        {amountFields.map(amount)}
        <TextField label="Currency" required maxLength={3} {...bind('currency')} />
      </div>
      {price?.longPrompt ? (
        <fieldset className="grid grid-cols-2 items-start gap-4 sm:grid-cols-5">
          <legend className="mb-2 text-ink-quiet text-note">
            When the prompt is longer than {price.longPrompt.over.toLocaleString()} tokens
          </legend>
          {longPromptFields.map(amount)}
        </fieldset>
      ) : null}
    </>
  )
}
