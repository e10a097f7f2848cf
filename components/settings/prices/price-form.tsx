'use client'
import { type ChangeEvent, type FormEvent, type Ref, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import { TextField } from '@/components/ui/text-field'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { ApiError } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { Price, PricedProvider, PriceList } from '@/lib/protocol/billing/prices'
import { useWork } from '../use-work'
import { conflictWords, draftOf, ownOf, type PriceDraft, priceProblem, rowOf } from './price-draft'
import { PricedModelFields } from './priced-model-fields'

interface AmountField {
  field: keyof PriceDraft
  label: string
  /** Of one that may be empty. */
  hint?: string
}

const amounts: AmountField[] = [
  { field: 'input', label: 'Input' },
  { field: 'cachedInput', label: 'Cached input', hint: 'Defaults to input' },
  { field: 'output', label: 'Output' },
  { field: 'reasoning', label: 'Reasoning', hint: 'Defaults to output' },
]

const longAmounts: AmountField[] = [
  { field: 'longInput', label: 'Long input' },
  { field: 'longCachedInput', label: 'Long cached', hint: 'Defaults to long input' },
  { field: 'longOutput', label: 'Long output' },
]

/** Changes what a model costs, or adds a model. `own` when the price is the person's, so that it can be reset: its version. */
export function PriceForm({
  price,
  own,
  listed = false,
  providers,
  onChanged,
  onCancel,
}: {
  price: Price | null
  own: number | null
  /** Whether there is a list price under it. */
  listed?: boolean
  /** Those that a new price can be about. */
  providers: PricedProvider[]
  onChanged(list: PriceList, words: string): void
  onCancel(): void
}) {
  const [draft, setDraft] = useState(() => draftOf(price, providers[0]?.provider))
  const { work, problem, run, forgetProblem } = useWork<'saving'>()
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
  }, [])
  const wrong = problem ? priceProblem(problem) : null
  const bind = (field: keyof PriceDraft) => ({
    value: draft[field],
    problem: wrong?.field === field ? wrong.words : null,
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      setDraft((before) => ({ ...before, [field]: event.target.value }))
      forgetProblem()
    },
    autoComplete: 'off',
    autoCapitalize: 'none',
    spellCheck: false,
  })
  /** Of the person's own price, as it was seen; 0 is none. */
  const version = useRef(own ?? 0)
  const [asking, setAsking] = useState(false)
  const { container, focusAfter } = useFocusAfter<HTMLFormElement>()
  const [conflict, setConflict] = useState<string | null>(null)
  const save = () =>
    void run('saving', async () => {
      setConflict(null)
      try {
        onChanged(await client().savePrices([rowOf(draft, price, version.current)]), 'Price saved.')
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 409)) throw error
        const now = ownOf(await client().prices(), price ?? draft)
        if (!price && !now) throw error
        version.current = now?.version ?? 0
        setConflict(conflictWords(now))
      }
    })
  const onSave = (event: FormEvent) => {
    event.preventDefault()
    save()
  }
  const onReset = async ({ provider, model }: Price) => {
    const list = await client().resetPrices({ provider, model, version: version.current })
    onChanged(list, listed ? 'List price restored.' : 'Price removed.')
  }
  return (
    <form
      ref={container}
      onSubmit={onSave}
      aria-label={price ? `Price of ${price.model}` : 'Add a price'}
      className="space-y-4 py-4"
    >
      {price ? null : (
        <PricedModelFields
          providers={providers}
          provider={bind('provider')}
          model={bind('model')}
          onProvider={(provider) => {
            setDraft((before) => ({ ...before, provider }))
            forgetProblem()
          }}
        />
      )}
      <div className="grid grid-cols-2 items-start gap-4 sm:grid-cols-5">
        <Amounts fields={amounts} bind={bind} first={price ? first : undefined} />
        <TextField label="Currency" required maxLength={3} {...bind('currency')} />
      </div>
      {price?.longPrompt ? (
        <fieldset className="grid grid-cols-2 items-start gap-4 sm:grid-cols-5">
          <legend className="mb-2 text-ink-quiet text-note">
            When the prompt is longer than {price.longPrompt.over.toLocaleString()} tokens
          </legend>
          <Amounts fields={longAmounts} bind={bind} />
        </fieldset>
      ) : null}
      <div role="alert">
        {conflict ? <p className="max-w-measure text-danger text-small">{conflict}</p> : null}
        {problem && !isShown(wrong?.field) ? (
          <p className="text-danger text-small">{wrong?.words ?? problem.message}</p>
        ) : null}
      </div>
      {asking && price ? (
        <Confirmation
          question={listed ? `Reset ${price.model} to its list price?` : `Remove the price of ${price.model}?`}
          action={listed ? 'Reset' : 'Remove'}
          onConfirm={() => onReset(price)}
          onCancel={() => {
            setAsking(false)
            focusAfter('[data-reset]')
          }}
        />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" aria-disabled={work !== null}>
            {work === null ? 'Save' : 'Saving…'}
          </Button>
          <Button variant="bare" onClick={onCancel}>
            Cancel
          </Button>
          {own !== null && price ? (
            <Button data-reset variant="bare" className="ms-auto" onClick={() => setAsking(true)}>
              {listed ? 'Reset to list price' : 'Remove'}
            </Button>
          ) : null}
        </div>
      )}
    </form>
  )
}

/** Fields for prices per million tokens. */
function Amounts({
  fields,
  bind,
  first,
}: {
  fields: AmountField[]
  bind(field: keyof PriceDraft): {
    value: string
    problem: string | null
    onChange(event: ChangeEvent<HTMLInputElement>): void
  }
  first?: Ref<HTMLInputElement>
}) {
  return fields.map(({ field, label, hint }, index) => (
    <TextField
      key={field}
      ref={index === 0 ? first : undefined}
      label={label}
      hint={hint}
      inputMode="decimal"
      required={hint === undefined}
      {...bind(field)}
    />
  ))
}

function isShown(field: string | undefined): boolean {
  return field !== undefined && field in draftOf(null)
}
