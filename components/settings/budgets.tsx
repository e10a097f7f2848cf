'use client'
import { Plus } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import type { Budget, BudgetState } from '@/lib/protocol/budgets'
import { problemOf } from '@/lib/store/client'
import { useConversations } from '@/lib/store/context'
import { isChanged, scopes } from './budget-draft'
import { BudgetForm } from './budget-form'
import { BudgetRow } from './budget-row'
import { client } from './client'

/** Caps on what may be spent, and how much of each has gone. */
export function Budgets() {
  const [budgets, setBudgets] = useState<BudgetState[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [editing, setEditing] = useState<BudgetState | 'new' | null>(null)

  const load = useCallback(async () => {
    try {
      setBudgets(await client().budgets())
      setProblem(null)
    } catch (error) {
      setProblem(problemOf(error).message)
    }
  }, [])
  const rate = useConversations(({ settings }) => `${settings.currency} ${settings.exchangeRate}`)
  // biome-ignore lint/correctness/useExhaustiveDependencies: by another rate, other amounts are used
  useEffect(() => void load(), [load, rate])

  if (!budgets) {
    return (
      <div className="text-ink-quiet text-small">
        <p role={problem ? 'alert' : undefined} className={problem ? 'text-danger' : ''}>
          {problem ?? 'Loading the budgets'}
        </p>
        {problem ? (
          <Button className="mt-3" onClick={() => void load()}>
            Try again
          </Button>
        ) : null}
      </div>
    )
  }
  const store = async (job: Promise<BudgetState[]>) => {
    setBudgets(await job)
    setProblem(null)
    setEditing(null)
  }
  const save = (seen: BudgetState | null, { scope, ...change }: Budget) => {
    const known = budgets.find(({ id }) => id === seen?.id)
    return store(known ? client().changeBudget(known, change) : client().addBudget({ scope, ...change }))
  }
  const remove = async (budget: BudgetState) => {
    try {
      await store(client().removeBudget(budget))
    } catch (error) {
      if (isChanged(error)) await load()
      setProblem(`It was not removed. ${problemOf(error).message}`)
    }
  }
  const stored = editing === 'new' ? null : editing
  // One that was removed elsewhere while it was being changed: what was typed stays.
  const gone = stored && !budgets.some(({ id }) => id === stored.id) ? [stored] : []
  const shown = [...budgets, ...gone].toSorted(byScope)
  return (
    <div>
      {shown.length > 0 ? (
        <ul aria-label="Budgets" className="border-line border-y *:border-line [&>*+*]:border-t">
          {shown.map((budget) => (
            <li key={budget.id}>
              {stored?.id === budget.id ? (
                <BudgetForm
                  budget={budget}
                  others={budgets.filter(({ id }) => id !== budget.id)}
                  gone={gone.length > 0}
                  onSave={(changed) => save(budget, changed)}
                  onChanged={load}
                  onCancel={() => setEditing(null)}
                />
              ) : (
                <BudgetRow budget={budget} onChange={() => setEditing(budget)} onRemove={() => void remove(budget)} />
              )}
            </li>
          ))}
        </ul>
      ) : editing === null ? (
        <p className="text-ink-quiet text-small">No budget yet: nothing is ever held back.</p>
      ) : null}
      <p role="alert" className="text-danger text-small">
        {problem}
      </p>
      {editing === 'new' ? (
        <BudgetForm
          budget={null}
          others={budgets}
          gone={false}
          onSave={(added) => save(null, added)}
          onChanged={load}
          onCancel={() => setEditing(null)}
        />
      ) : (
        <Button className="mt-4" onClick={() => setEditing('new')}>
          <Plus size={16} aria-hidden="true" />
          Add a budget
        </Button>
      )}
    </div>
  )
}

function byScope(one: Budget, other: Budget): number {
  return scopes.indexOf(one.scope) - scopes.indexOf(other.scope) || one.measure.localeCompare(other.measure)
}
