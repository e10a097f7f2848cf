'use client'
import { useEffect, useState } from 'react'
import { formatCosts, formatTokens, tokensKeptInContext } from '@/components/format/numbers'
import { isFree, useMoneyFormatter } from '@/components/format/use-money-formatter'
import { modelOf } from '@/components/models/models'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import { messageOf, visiblePath } from '@/lib/client/state/selectors'
import type { ConversationState } from '@/lib/client/state/types'
import { client } from '@/lib/client/transport/page-client'
import type { Estimate } from '@/lib/protocol/billing/budgets'
import type { ConversationSpending } from '@/lib/protocol/details'
import { ContextGauge } from './context-gauge'

/** Below the box, quietly: how full the model's window is, and what the conversation has come to. */
export function ComposerFooter({
  conversationId,
  model,
  settled,
  estimate,
}: {
  conversationId: string
  model: string | null
  settled: string | null
  estimate: Estimate | null
}) {
  const known = useConversations((state) => modelOf(state.models, model)?.contextWindow ?? null)
  const before = useConversations((state) => tokensOf(state, conversationId))
  const spending = useSpending(conversationId, settled)
  const used = estimate?.context.used ?? before
  const window = estimate?.context.window ?? known
  return (
    <div className="numbers flex h-full items-center justify-between gap-4 overflow-hidden px-1 text-ink-quiet text-note">
      {used > 0 && window !== null ? <ContextGauge used={used} window={window} /> : <span />}
      {spending && spending.tokens > 0 ? <Total spending={spending} /> : null}
    </div>
  )
}

function Total({ spending: { tokens, cost, others, unpriced } }: { spending: ConversationSpending }) {
  const money = useMoneyFormatter()
  const all = [cost, ...others]
  const priced = formatCosts(all, money, false)
  const words =
    unpriced === 0
      ? `${priced} · ${formatTokens(tokens)}`
      : isFree(all)
        ? `${formatTokens(tokens)} · no price set`
        : `${priced}, plus replies with no price set · ${formatTokens(tokens)}`
  return (
    <p {...tooltip(`This conversation: ${words}`, { side: 'above', whenTruncated: true })} className="min-w-0 truncate">
      <span className="max-sm:sr-only">This conversation: </span>
      {words}
    </p>
  )
}

/** The tokens that the shown branch came to when its last reply ended. */
function tokensOf(state: ConversationState, conversationId: string): number {
  for (const id of visiblePath(state, conversationId).toReversed()) {
    const usage = messageOf(state, id)?.generation?.usage
    if (usage) return tokensKeptInContext(usage)
  }
  return 0
}

/** What a conversation has come to, as the server has booked it; asked for anew when a reply ends. */
function useSpending(conversationId: string, settled: string | null): ConversationSpending | null {
  const [answer, setAnswer] = useState<{ id: string; spending: ConversationSpending } | null>(null)
  const isThere = useConversations(({ conversations }) => conversations[conversationId]?.state === 'ready')
  useEffect(() => {
    if (!isThere || settled === null) return
    const closing = new AbortController()
    client()
      .spending(conversationId, closing.signal)
      // A total that is not known is not shown.
      .then(
        (spending) => setAnswer({ id: conversationId, spending }),
        () => null,
      )
    return () => closing.abort()
  }, [conversationId, isThere, settled])
  return answer?.id === conversationId ? answer.spending : null
}
