'use client'
import { useEffect, useState } from 'react'
import { client } from '@/components/settings/client'
import type { BudgetState } from '@/lib/protocol/budgets'

const none: BudgetState[] = []

/** The person's budgets as they stand since the page came up, or a reply ended. */
export function useBudgets(settled: string | null): BudgetState[] {
  const [budgets, setBudgets] = useState(none)
  useEffect(() => {
    if (settled === null) return
    let gone = false
    client()
      .budgets()
      // They hold on the server all the same.
      .then(
        (list) => gone || setBudgets(list),
        () => null,
      )
    return () => {
      gone = true
    }
  }, [settled])
  return budgets
}
