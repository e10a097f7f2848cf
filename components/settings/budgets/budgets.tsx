'use client'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import type { NewBudget } from '@/lib/protocol/requests/budgets'
import { Section } from '../section'
import { byScope, isSameKind } from './budget-draft'
import { BudgetForm } from './budget-form'
import { BudgetRow } from './budget-row'
import { useBudgetList } from './use-budget-list'

/** Spending limits, and how much of each is used. */
export function Budgets() {
  return (
    <Section
      slug="budgets"
      description="Spending limits. Rill reserves the cost of the longest possible reply before it starts. A reply that hits a limit stops, and its text is kept."
    >
      <BudgetList />
    </Section>
  )
}

const addButton = '[data-add]'
const rowButton = ({ id }: BudgetState) => `[data-budget="${id}"] button`

function BudgetList() {
  const { budgets, problem, load, save, remove } = useBudgetList()
  const [editing, setEditing] = useState<BudgetState | 'new' | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()

  if (!budgets) {
    const retry = () => {
      focusAfter(addButton)
      void load()
    }
    return <Loading problem={problem} onRetry={retry} />
  }
  const close = (focus: string) => {
    setEditing(null)
    focusAfter(focus)
  }
  const onSave = async (stored: BudgetState | null, budget: NewBudget) => {
    const saved = (await save(stored, budget)).find((each) => isSameKind(each, budget))
    close(saved ? rowButton(saved) : addButton)
  }
  const onRemove = async (budget: BudgetState) => close((await remove(budget)) ? addButton : rowButton(budget))

  const edited = editing === 'new' ? null : editing
  // A budget that was removed elsewhere stays while its form is open, and so does what was typed.
  const removed = edited !== null && !budgets.some(({ id }) => id === edited.id)
  const shown = [...budgets, ...(removed ? [edited] : [])].toSorted(byScope)
  return (
    <div ref={container}>
      {shown.length > 0 ? (
        <ul aria-label="Budgets" className="border-line border-y *:border-line [&>*+*]:border-t">
          {shown.map((budget) => (
            <li key={budget.id} data-budget={budget.id}>
              {edited?.id === budget.id ? (
                <BudgetForm
                  budget={budget}
                  others={budgets.filter(({ id }) => id !== budget.id)}
                  removed={removed}
                  onSave={(changed) => onSave(budget, changed)}
                  onConflict={load}
                  onCancel={() => close(rowButton(budget))}
                />
              ) : (
                <BudgetRow
                  // A new version closes the confirmation: it was about another amount.
                  key={budget.version}
                  budget={budget}
                  onEdit={() => setEditing(budget)}
                  onRemove={() => onRemove(budget)}
                  onKeep={() => focusAfter(`${rowButton(budget)}:last-of-type`)}
                />
              )}
            </li>
          ))}
        </ul>
      ) : editing === null ? (
        <p className="text-ink-quiet text-small">No limits set.</p>
      ) : null}
      <p role="alert" className="text-danger text-small">
        {problem}
      </p>
      {editing === 'new' ? (
        <BudgetForm
          budget={null}
          others={budgets}
          removed={false}
          onSave={(added) => onSave(null, added)}
          onConflict={load}
          onCancel={() => close(addButton)}
        />
      ) : (
        <Button data-add className="mt-4" onClick={() => setEditing('new')}>
          <Plus size={16} aria-hidden="true" />
          Add a budget
        </Button>
      )}
    </div>
  )
}

function Loading({ problem, onRetry }: { problem: string | null; onRetry(): void }) {
  return (
    <div className="text-ink-quiet text-small">
      <p role={problem ? 'alert' : undefined} className={problem ? 'text-danger' : ''}>
        {problem ?? 'Loading budgets…'}
      </p>
      {problem ? (
        <Button className="mt-3" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  )
}
