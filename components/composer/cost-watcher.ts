'use client'
import { useEffect } from 'react'
import type { BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import { useBudgets } from './use-budgets'
import { useEstimate } from './use-estimate'

export interface Costs {
  estimate: Estimate | null
  budgets: BudgetState[]
}

/** Renders nothing: reports the estimate of the prompt and the budgets to the composer, which doesn't load this code. */
export function CostWatcher({
  conversationId,
  text,
  model,
  endedGenerationId,
  onCosts,
}: {
  conversationId: string
  text: string
  model: string | null
  endedGenerationId: string | null
  onCosts(costs: Costs): void
}) {
  const estimate = useEstimate(conversationId, text, model, endedGenerationId)
  const budgets = useBudgets(conversationId, endedGenerationId)
  useEffect(() => onCosts({ estimate, budgets }), [estimate, budgets, onCosts])
  return null
}
