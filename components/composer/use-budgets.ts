'use client'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import { client } from '@/lib/client/transport/page-client'
import type { BudgetState } from '@/lib/protocol/billing/budgets'

const none: BudgetState[] = []

/** The person's budgets as they stand since the page came up, or a reply began or ended; that of a conversation too. */
export function useBudgets(conversationId: string, settled: string | null): BudgetState[] {
  const [answer, setAnswer] = useState({ id: conversationId, budgets: none })
  const state = useConversations(({ conversations }) => conversations[conversationId]?.state)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reply that begins or ends changes how they stand
  useEffect(() => {
    // One that is deleted, or not known to be there, has none.
    if (state !== 'new' && state !== 'ready') return
    const closing = new AbortController()
    client()
      .budgets(conversationId === newConversationId ? undefined : conversationId, closing.signal)
      // They hold on the server all the same.
      .then(
        (budgets) => setAnswer({ id: conversationId, budgets }),
        () => null,
      )
    return () => closing.abort()
  }, [conversationId, state, settled])
  return answer.id === conversationId ? answer.budgets : none
}
