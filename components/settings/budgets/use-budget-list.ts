'use client'
import { useCallback, useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import type { NewBudget } from '@/lib/protocol/requests/budgets'
import { isConflict } from './budget-draft'

/** The person's budgets: loads, saves, and removes them. `budgets` is null until they are loaded. */
export function useBudgetList() {
  const [budgets, setBudgets] = useState<BudgetState[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: amounts spent depend on the exchange rate
  useEffect(() => void load(), [load, rate])

  const update = (list: BudgetState[], notice: string) => {
    setBudgets(list)
    setProblem(null)
    notify({ id: 'budget', text: notice, tone: 'quiet' })
  }
  /** Adds a budget, or changes `stored`. Adds it again if another page has removed it. @throws {ApiError} */
  const save = async (stored: BudgetState | null, budget: NewBudget): Promise<BudgetState[]> => {
    const { scope, ...change } = budget
    const current = budgets?.find(({ id }) => id === stored?.id)
    const saved = await (current
      ? client().changeBudget(current.id, { ...change, version: current.version })
      : client().addBudget(budget))
    update(saved, 'Budget saved.')
    return saved
  }
  /** Removes a budget, and returns whether that succeeded. It fails if the budget was changed elsewhere. @throws {ApiError} */
  const remove = async (budget: BudgetState): Promise<boolean> => {
    try {
      update(await client().removeBudget(budget), 'Budget removed.')
      return true
    } catch (error) {
      if (!isConflict(error)) throw error
      await load()
      setProblem(`It wasn’t removed. ${problemFrom(error).message}`)
      return false
    }
  }
  return { budgets, problem, load, save, remove }
}
