'use client'
import { type FormEvent, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { ApiError } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { Price, PricedProvider, PriceList } from '@/lib/protocol/billing/prices'
import { useAction } from '../use-action'
import { conflictMessage, customPrice, type PriceDraft, priceProblem, toPriceDraft, toPriceRow } from './price-draft'
import { PriceFields } from './price-fields'

/** Edits the price of a model, or adds one. */
export function PriceForm({
  price,
  customVersion,
  listed = false,
  providers,
  onSaved,
  onCancel,
}: {
  price: Price | null
  /** The version of the custom price, which can be reset; null for a list price or a new one. */
  customVersion: number | null
  /** Whether the model has a list price. */
  listed?: boolean
  /** The providers that a new price can be for. */
  providers: PricedProvider[]
  onSaved(list: PriceList, notice: string): void
  onCancel(): void
}) {
  const [draft, setDraft] = useState(() => toPriceDraft(price, providers[0]?.provider))
  const { pending, problem, conflict, clearProblem, save, reset } = usePriceChanges(price, customVersion)
  const [confirming, setConfirming] = useState(false)
  const { container, focusAfter } = useFocusAfter<HTMLFormElement>()
  const rowProblem = problem && priceProblem(problem)
  const onChange = (change: Partial<PriceDraft>) => {
    setDraft((previous) => ({ ...previous, ...change }))
    clearProblem()
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    save(draft, (list) => onSaved(list, 'Price saved.'))
  }
  return (
    <form
      ref={container}
      onSubmit={onSubmit}
      aria-label={price ? `Price of ${price.model}` : 'Add a price'}
      className="space-y-4 py-4"
    >
      <PriceFields price={price} draft={draft} providers={providers} problem={rowProblem} onChange={onChange} />
      <div role="alert">
        {conflict ? <p className="max-w-measure text-danger text-small">{conflict}</p> : null}
        {problem && !(rowProblem && rowProblem.field in draft) ? (
          <p className="text-danger text-small">{rowProblem?.message ?? problem.message}</p>
        ) : null}
      </div>
      {confirming && price ? (
        <Confirmation
          question={listed ? `Reset ${price.model} to its list price?` : `Remove the price of ${price.model}?`}
          action={listed ? 'Reset' : 'Remove'}
          onConfirm={async () => onSaved(await reset(price), listed ? 'List price restored.' : 'Price removed.')}
          onCancel={() => {
            setConfirming(false)
            focusAfter('[data-reset]')
          }}
        />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" aria-disabled={pending}>
            {pending ? 'Saving…' : 'Save'}
          </Button>
          <Button variant="bare" onClick={onCancel}>
            Cancel
          </Button>
          {customVersion !== null && price ? (
            <Button data-reset variant="bare" className="ms-auto" onClick={() => setConfirming(true)}>
              {listed ? 'Reset to list price' : 'Remove'}
            </Button>
          ) : null}
        </div>
      )}
    </form>
  )
}

/** Saves and resets one price. After a conflict, the next save replaces the price that was saved elsewhere. */
function usePriceChanges(price: Price | null, customVersion: number | null) {
  const { pending, problem, run, clearProblem } = useAction()
  const [conflict, setConflict] = useState<string | null>(null)
  /** The version that the person saw; 0 for no custom price. */
  const version = useRef(customVersion ?? 0)
  const save = (draft: PriceDraft, onSaved: (list: PriceList) => void) =>
    void run(async () => {
      setConflict(null)
      try {
        onSaved(await client().savePrices([toPriceRow(draft, price, version.current)]))
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 409)) throw error
        const current = customPrice(await client().prices(), price ?? draft)
        if (!price && !current) throw error
        version.current = current?.version ?? 0
        setConflict(conflictMessage(current))
      }
    })
  const reset = ({ provider, model }: Price) => client().resetPrices({ provider, model, version: version.current })
  return { pending, problem, conflict, clearProblem, save, reset }
}
