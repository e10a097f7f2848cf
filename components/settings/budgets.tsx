'use client'
import { Plus } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import type { Budget, BudgetState } from '@/lib/protocol/budgets'
import { problemOf } from '@/lib/store/client'
import { useConversations } from '@/lib/store/context'
import { isSame, scopes } from './budget-draft'
import { BudgetForm } from './budget-form'
import { BudgetRow } from './budget-row'
import { client } from './client'

/** Caps on what may be spent, and how much of each has gone. */
export function Budgets() {
  const [budgets, setBudgets] = useState<BudgetState[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [editing, setEditing] = useState<Pick<Budget, 'scope' | 'measure'> | 'new' | null>(null)

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
  const without = (one: Pick<Budget, 'scope' | 'measure'>) => budgets.filter((each) => !isSame(each, one))
  const store = async (list: Budget[]) => {
    setBudgets(await client().saveBudgets(list.map(bare)))
    setProblem(null)
    setEditing(null)
  }
  const remove = (budget: BudgetState) =>
    store(without(budget)).catch((error: unknown) => setProblem(`It was not removed. ${problemOf(error).message}`))
  return (
    <div>
      {budgets.length > 0 ? (
        <ul aria-label="Budgets" className="border-line border-y *:border-line [&>*+*]:border-t">
          {budgets.toSorted(byScope).map((budget) => (
            <li key={`${budget.scope} ${budget.measure}`}>
              {editing !== null && editing !== 'new' && isSame(editing, budget) ? (
                <BudgetForm
                  budget={budget}
                  others={without(budget)}
                  onSave={(changed) => store([...without(budget), changed])}
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
          onSave={(added) => store([...budgets, added])}
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

/** A budget without how it stands. */
function bare({ scope, measure, amount, currency }: Budget): Budget {
  return { scope, measure, amount, currency }
}

function byScope(one: Budget, other: Budget): number {
  return scopes.indexOf(one.scope) - scopes.indexOf(other.scope) || one.measure.localeCompare(other.measure)
}
