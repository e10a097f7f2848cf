'use client'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { visiblePath } from '@/lib/client/state/selectors'
import { newConversationId } from '@/lib/client/state/types'
import { client } from '@/lib/client/transport/page-client'
import type { Estimate } from '@/lib/protocol/billing/budgets'

const DEBOUNCE_MS = 300

/**
 * The estimated cost of the prompt in the composer. Typing keeps the previous estimate; a pause fetches a new one.
 * Null for an empty prompt, offline, and when the server has no estimate.
 * @param endedGenerationId the last generation of the branch, which changes the history; null while one runs
 */
export function useEstimate(
  conversationId: string,
  text: string,
  model: string | null,
  endedGenerationId: string | null,
): Estimate | null {
  const online = useConversations((state) => state.online)
  const parentId = useConversations((state) => visiblePath(state, conversationId).at(-1) ?? null)
  const [result, setResult] = useState<{ key: string; estimate: Estimate } | null>(null)
  const key = `${conversationId} ${model}`
  const enabled = online && model !== null && text.trim() !== ''

  // biome-ignore lint/correctness/useExhaustiveDependencies: a reply that ends makes the same prompt longer
  useEffect(() => {
    if (!enabled) {
      setResult(null)
      return
    }
    const controller = new AbortController()
    const parent = conversationId === newConversationId ? {} : { conversationId, parentId }
    const timer = setTimeout(() => {
      client()
        .estimate({ ...parent, text, model }, controller.signal)
        // A prompt can be sent without an estimate.
        .then(
          (estimate) => setResult({ key, estimate }),
          () => controller.signal.aborted || setResult(null),
        )
    }, DEBOUNCE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [enabled, conversationId, parentId, text, model, key, endedGenerationId])

  return enabled && result?.key === key ? result.estimate : null
}
