'use client'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { visiblePath } from '@/lib/client/state/selectors'
import { newConversationId } from '@/lib/client/state/types'
import { client } from '@/lib/client/transport/page-client'
import type { Estimate } from '@/lib/protocol/billing/budgets'

/** Typing has stopped when no key was pressed for so long. */
const pause = 300

/**
 * What the prompt in the box would come to, a moment after the typing stops; until then what it came to before. Null for
 * an empty box, and while nobody knows. `settled` changes when a reply ends: the history is another one then.
 */
export function useEstimate(
  conversationId: string,
  text: string,
  model: string | null,
  settled: string | null,
): Estimate | null {
  const online = useConversations((state) => state.online)
  const parentId = useConversations((state) => visiblePath(state, conversationId).at(-1) ?? null)
  const [answer, setAnswer] = useState<{ place: string; estimate: Estimate } | null>(null)
  const place = `${conversationId} ${model}`
  const wanted = online && model !== null && text.trim() !== ''

  // biome-ignore lint/correctness/useExhaustiveDependencies: a reply that has ended makes another prompt of the same words
  useEffect(() => {
    if (!wanted) {
      setAnswer(null)
      return
    }
    const closing = new AbortController()
    const where = conversationId === newConversationId ? {} : { conversationId, parentId }
    const timer = setTimeout(() => {
      client()
        .estimate({ ...where, text, model }, closing.signal)
        // Without an estimate a prompt can be written and sent all the same.
        .then(
          (estimate) => setAnswer({ place, estimate }),
          () => closing.signal.aborted || setAnswer(null),
        )
    }, pause)
    return () => {
      clearTimeout(timer)
      closing.abort()
    }
  }, [wanted, conversationId, parentId, text, model, place, settled])

  return wanted && answer?.place === place ? answer.estimate : null
}
