'use client'
import { type FormEvent, useRef, useState } from 'react'
import { formatBudgetAmount } from '@/components/format/budget'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { Button } from '@/components/ui/button'
import { useConversations } from '@/lib/client/state/context'
import type { Budget, BudgetState } from '@/lib/protocol/billing/budgets'
import type { NewBudget } from '@/lib/protocol/requests/budgets'
import { useAction } from '../use-action'
import {
  type BudgetDraft,
  conflictMessage,
  isConflict,
  problemMessage,
  toBudget,
  toBudgetDraft,
  validateBudget,
} from './budget-draft'
import { BudgetFields } from './budget-fields'

/** Adds a budget, or edits the amount and the currency of one. */
export function BudgetForm({
  budget,
  others,
  removed,
  onSave,
  onConflict,
  onCancel,
}: {
  budget: BudgetState | null
  others: Budget[]
  /** The budget was removed elsewhere; saving adds it again. */
  removed: boolean
  /** @throws {ApiError} when the server refuses it. */
  onSave(budget: NewBudget): Promise<void>
  /** Reloads the budgets, because one was changed elsewhere. */
  onConflict(): Promise<void>
  onCancel(): void
}) {
  const userCurrency = useConversations((state) => state.settings.currency)
  const [draft, setDraft] = useState(() => toBudgetDraft(budget, userCurrency))
  const [invalid, setInvalid] = useState<string | null>(null)
  const [conflict, setConflict] = useState(false)
  const { pending, problem, run, clearProblem } = useAction()
  const money = useMoneyFormatter()
  const amountField = useRef<HTMLInputElement>(null)

  const onChange = (change: Partial<BudgetDraft>) => {
    setDraft({ ...draft, ...change })
    setInvalid(null)
    clearProblem()
  }
  const save = async () => {
    try {
      await onSave(toBudget(draft))
    } catch (error) {
      if (isConflict(error)) await onConflict()
      const showsConflict = isConflict(error) && budget !== null
      setConflict(showsConflict)
      if (!showsConflict) throw error
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const message = validateBudget(draft, others)
    setInvalid(message)
    if (message === null) void run(save)
    else amountField.current?.focus()
  }
  return (
    <form onSubmit={onSubmit} noValidate aria-label={budget ? 'Edit budget' : 'Add a budget'} className="py-4">
      <BudgetFields
        draft={draft}
        isNew={budget === null}
        problem={invalid ?? (problem && problemMessage(problem))}
        amountField={amountField}
        onChange={onChange}
      />
      <p role="alert" className="mt-3 max-w-measure text-danger text-small">
        {conflict && budget ? conflictMessage(removed ? null : formatBudgetAmount(budget.amount, budget, money)) : null}
      </p>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button type="submit" variant="primary" aria-disabled={pending}>
          {pending ? 'Saving…' : 'Save'}
        </Button>
        <Button variant="bare" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
