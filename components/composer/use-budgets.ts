'use client'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import { client } from '@/lib/client/transport/page-client'
import type { BudgetState } from '@/lib/protocol/billing/budgets'

const noBudgets: BudgetState[] = []

/**
 * The user's budgets and the conversation's, fetched again whenever a reply starts or ends.
 * @param endedGenerationId the last generation of the branch; null while one runs
 */
export function useBudgets(conversationId: string, endedGenerationId: string | null): BudgetState[] {
  const [result, setResult] = useState({ conversationId, budgets: noBudgets })
  const state = useConversations(({ conversations }) => conversations[conversationId]?.state)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reply that starts or ends changes the budgets
  useEffect(() => {
    // The server refuses a conversation that is deleted, and one that failed to load may be.
    if (state !== 'new' && state !== 'ready') return
    const controller = new AbortController()
    client()
      .budgets(conversationId === newConversationId ? undefined : conversationId, controller.signal)
      // The server enforces budgets whether or not they are shown.
      .then(
        (budgets) => setResult({ conversationId, budgets }),
        () => null,
      )
    return () => controller.abort()
  }, [conversationId, state, endedGenerationId])
  return result.conversationId === conversationId ? result.budgets : noBudgets
}
