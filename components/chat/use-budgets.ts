'use client'
import { useEffect, useState } from 'react'
import { client } from '@/components/settings/client'
import type { BudgetState } from '@/lib/protocol/budgets'
import { newConversationId } from '@/lib/store/types'

const none: BudgetState[] = []

/** The person's budgets as they stand since the page came up, or a reply began or ended; that of a conversation too. */
export function useBudgets(conversationId: string, settled: string | null): BudgetState[] {
  const [budgets, setBudgets] = useState(none)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reply that begins or ends changes how they stand
  useEffect(() => {
    let gone = false
    client()
      .budgets(conversationId === newConversationId ? undefined : conversationId)
      // They hold on the server all the same.
      .then(
        (list) => gone || setBudgets(list),
        () => null,
      )
    return () => {
      gone = true
    }
  }, [conversationId, settled])
  return budgets
}
