'use client'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { formatBudgetAmount } from '@/components/format/budget'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { Button } from '@/components/ui/button'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import { problemFrom } from '@/lib/client/transport/api-calls'
import type { Budget, BudgetState } from '@/lib/protocol/billing/budgets'
import type { NewBudget } from '@/lib/protocol/requests/budgets'
import {
  amountProblem,
  type BudgetDraft,
  budgetOf,
  currenciesOf,
  draftOf,
  isChanged,
  isSame,
  saidOf,
  scopeNames,
  scopesToSet,
} from './budget-draft'

/** Sets a budget: a new one, or the amount and the currency of one there is. */
export function BudgetForm({
  budget,
  others,
  gone,
  onSave,
  onChanged,
  onCancel,
}: {
  budget: BudgetState | null
  /** Those that there are besides. */
  others: Budget[]
  /** It was removed elsewhere, and is added again when it is saved. */
  gone: boolean
  /** @throws {ApiError} when the server refuses it. */
  onSave(budget: NewBudget): Promise<void>
  /** Loads the budgets anew: one was changed elsewhere. */
  onChanged(): Promise<void>
  onCancel(): void
}) {
  const own = useConversations((state) => state.settings.currency)
  const [draft, setDraft] = useState(() => draftOf(budget, own))
  const [problem, setProblem] = useState<string | null>(null)
  const [saving, setSaving] = useState(false)
  const [elsewhere, setElsewhere] = useState(false)
  const money = useMoneyFormatter()
  const first = useRef<HTMLSelectElement>(null)
  const amount = useRef<HTMLInputElement>(null)
  useEffect(() => (first.current ?? amount.current)?.focus(), [])
  const change = (part: Partial<BudgetDraft>) => {
    setDraft({ ...draft, ...part })
    setProblem(null)
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const twice = others.some((each) => isSame(each, draft))
    const wrong = amountProblem(draft) ?? (twice ? 'You already have a limit like this. Edit it instead.' : null)
    setProblem(wrong)
    if (wrong !== null) amount.current?.focus()
    if (wrong !== null || saving) return
    setSaving(true)
    try {
      await onSave(budgetOf(draft))
    } catch (error) {
      if (isChanged(error)) await onChanged()
      setElsewhere(isChanged(error) && budget !== null)
      if (!isChanged(error) || !budget) setProblem(saidOf(problemFrom(error)))
      setSaving(false)
    }
  }
  return (
    <form onSubmit={save} noValidate aria-label={budget ? 'Edit budget' : 'Add a budget'} className="py-4">
      <div className="flex flex-wrap items-start gap-4">
        {budget ? null : (
          <>
            <SelectField
              ref={first}
              label="Applies to"
              value={draft.scope}
              options={scopesToSet.map((scope) => ({ value: scope, name: scopeNames[scope] }))}
              onChange={(scope) => change({ scope })}
            />
            <SelectField
              label="Limit by"
              value={draft.measure}
              options={[
                { value: 'cost', name: 'Cost' },
                { value: 'tokens', name: 'Tokens' },
              ]}
              onChange={(measure) => change({ measure })}
            />
          </>
        )}
        {draft.measure === 'cost' && own !== 'USD' ? (
          <SelectField
            label="Currency"
            value={draft.currency}
            options={currenciesOf(own).map((currency) => ({ value: currency, name: currency }))}
            onChange={(currency) => change({ currency })}
          />
        ) : null}
        <TextField
          ref={amount}
          className="w-56"
          label={draft.measure === 'tokens' ? 'Limit (tokens)' : `Limit (${draft.currency})`}
          inputMode={draft.measure === 'tokens' ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={draft.amount}
          problem={problem}
          onChange={({ target }) => change({ amount: target.value })}
        />
      </div>
      <p role="alert" className="mt-3 max-w-measure text-danger text-small">
        {elsewhere && budget ? elsewhereWords(gone, formatBudgetAmount(budget.amount, budget, money)) : null}
      </p>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button type="submit" variant="primary" aria-disabled={saving}>
          {saving ? 'Saving…' : 'Save'}
        </Button>
        <Button variant="bare" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

/** What the person is told whose change met another one. */
function elsewhereWords(gone: boolean, now: string): string {
  return gone
    ? 'Not saved: this budget was removed in another tab or on another device. Save again to add it with your amount, or cancel to leave it out.'
    : `Not saved: this budget was changed in another tab or on another device, and is now ${now}. Save again to use your amount instead, or cancel to keep it.`
}
