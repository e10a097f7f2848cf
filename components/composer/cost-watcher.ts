'use client'
import { useEffect } from 'react'
import type { BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import { useBudgets } from './use-budgets'
import { useEstimate } from './use-estimate'

/** What is known of costs while a prompt is written. */
export interface Costs {
  estimate: Estimate | null
  budgets: BudgetState[]
}

/** Shows nothing: tells what a prompt would come to, and how the budgets stand. */
export function CostWatcher({
  conversationId,
  text,
  model,
  settled,
  onCosts,
}: {
  conversationId: string
  text: string
  model: string | null
  settled: string | null
  onCosts(costs: Costs): void
}) {
  const estimate = useEstimate(conversationId, text, model, settled)
  const budgets = useBudgets(conversationId, settled)
  useEffect(() => onCosts({ estimate, budgets }), [estimate, budgets, onCosts])
  return null
}
