'use client'
import { Plus } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { useConversations } from '@/lib/client/state/context'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { Budget, BudgetState } from '@/lib/protocol/billing/budgets'
import type { NewBudget } from '@/lib/protocol/requests/budgets'
import { Section } from '../section'
import { isChanged, isSame, scopes } from './budget-draft'
import { BudgetForm } from './budget-form'
import { BudgetRow } from './budget-row'

/** Limits on what may be spent, and how much of each has gone. */
export function Budgets() {
  return (
    <Section
      slug="budgets"
      words="Spending limits. Rill reserves the cost of the longest possible reply before it starts. A reply that hits a limit stops, and its text is kept."
    >
      <BudgetList />
    </Section>
  )
}

function BudgetList() {
  const [budgets, setBudgets] = useState<BudgetState[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [editing, setEditing] = useState<BudgetState | 'new' | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLDivElement>()
  const notify = useConversations((state) => state.notify)

  const load = useCallback(async () => {
    try {
      setBudgets(await client().budgets())
      setProblem(null)
    } catch (error) {
      setProblem(problemFrom(error).message)
    }
  }, [])
  const rate = useConversations(({ settings }) => `${settings.currency} ${settings.exchangeRate}`)
  // biome-ignore lint/correctness/useExhaustiveDependencies: by another rate, other amounts are used
  useEffect(() => void load(), [load, rate])

  const retry = () => {
    focusAfter(addButton)
    void load()
  }
  if (!budgets) {
    return (
      <div className="text-ink-quiet text-small">
        <p role={problem ? 'alert' : undefined} className={problem ? 'text-danger' : ''}>
          {problem ?? 'Loading budgets…'}
        </p>
        {problem ? (
          <Button className="mt-3" onClick={retry}>
            Try again
          </Button>
        ) : null}
      </div>
    )
  }
  const close = (next: string) => {
    setEditing(null)
    focusAfter(next)
  }
  const tell = (text: string) => notify({ id: 'budget', text, tone: 'quiet' })
  const save = async (seen: BudgetState | null, budget: NewBudget) => {
    const { scope, ...change } = budget
    const known = budgets.find(({ id }) => id === seen?.id)
    const saved = await (known
      ? client().changeBudget(known.id, { ...change, version: known.version })
      : client().addBudget(budget))
    setBudgets(saved)
    setProblem(null)
    const row = saved.find((each) => isSame(each, budget))
    close(row ? rowOf(row) : addButton)
    tell('Budget saved.')
  }
  const remove = async (budget: BudgetState) => {
    try {
      const left = await client().removeBudget(budget)
      close(addButton)
      setBudgets(left)
      setProblem(null)
      tell('Budget removed.')
    } catch (error) {
      if (!isChanged(error)) throw error
      await load()
      setProblem(`It wasn’t removed. ${problemFrom(error).message}`)
      close(rowOf(budget))
    }
  }
  const stored = editing === 'new' ? null : editing
  // One that was removed elsewhere while it was being changed: what was typed stays.
  const gone = stored && !budgets.some(({ id }) => id === stored.id) ? [stored] : []
  const shown = [...budgets, ...gone].toSorted(byScope)
  return (
    <div ref={container}>
      {shown.length > 0 ? (
        <ul aria-label="Budgets" className="border-line border-y *:border-line [&>*+*]:border-t">
          {shown.map((budget) => (
            <li key={budget.id} data-budget={budget.id}>
              {stored?.id === budget.id ? (
                <BudgetForm
                  budget={budget}
                  others={budgets.filter(({ id }) => id !== budget.id)}
                  gone={gone.length > 0}
                  onSave={(changed) => save(budget, changed)}
                  onChanged={load}
                  onCancel={() => close(rowOf(budget))}
                />
              ) : (
                <BudgetRow
                  // One that was changed elsewhere asks anew.
                  key={budget.version}
                  budget={budget}
                  onEdit={() => setEditing(budget)}
                  onRemove={() => remove(budget)}
                  onKept={() => focusAfter(`${rowOf(budget)}:last-of-type`)}
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
          gone={false}
          onSave={(added) => save(null, added)}
          onChanged={load}
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

const addButton = '[data-add]'
const rowOf = ({ id }: BudgetState) => `[data-budget="${id}"] button`

function byScope(one: Budget, other: Budget): number {
  return scopes.indexOf(one.scope) - scopes.indexOf(other.scope) || one.measure.localeCompare(other.measure)
}
