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

/** Below the text box: how full the context window is, and what the conversation has cost. */
export function ComposerFooter({
  conversationId,
  model,
  endedGenerationId,
  estimate,
}: {
  conversationId: string
  model: string | null
  endedGenerationId: string | null
  estimate: Estimate | null
}) {
  const modelWindow = useConversations((state) => modelOf(state.models, model)?.contextWindow ?? null)
  const branchTokens = useConversations((state) => branchTokensOf(state, conversationId))
  const spending = useSpending(conversationId, endedGenerationId)
  const used = estimate?.context.used ?? branchTokens
  const window = estimate?.context.window ?? modelWindow
  return (
    <div className="tabular-nums flex h-full items-center justify-between gap-4 overflow-hidden px-1 text-ink-quiet text-note">
      {used > 0 && window !== null ? <ContextGauge used={used} window={window} /> : <span />}
      {spending && spending.tokens > 0 ? <ConversationTotal spending={spending} /> : null}
    </div>
  )
}

function ConversationTotal({ spending: { tokens, cost, others, unpriced } }: { spending: ConversationSpending }) {
  const money = useMoneyFormatter()
  const costs = [cost, ...others]
  const priced = formatCosts(costs, money, false)
  const total =
    unpriced === 0
      ? `${priced} · ${formatTokens(tokens)}`
      : isFree(costs)
        ? `${formatTokens(tokens)} · no price set`
        : `${priced}, plus replies with no price set · ${formatTokens(tokens)}`
  return (
    <p {...tooltip(`This conversation: ${total}`, { side: 'above', whenTruncated: true })} className="min-w-0 truncate">
      <span className="max-sm:sr-only">This conversation: </span>
      {total}
    </p>
  )
}

/** The tokens of the visible branch, as counted for its last reply. */
function branchTokensOf(state: ConversationState, conversationId: string): number {
  for (const id of visiblePath(state, conversationId).toReversed()) {
    const usage = messageOf(state, id)?.generation?.usage
    if (usage) return tokensKeptInContext(usage)
  }
  return 0
}

/** What the server has charged for a conversation, fetched again when a reply ends; null while unknown. */
function useSpending(conversationId: string, endedGenerationId: string | null): ConversationSpending | null {
  const [result, setResult] = useState<{ id: string; spending: ConversationSpending } | null>(null)
  const ready = useConversations(({ conversations }) => conversations[conversationId]?.state === 'ready')
  useEffect(() => {
    if (!ready || endedGenerationId === null) return
    const controller = new AbortController()
    client()
      .spending(conversationId, controller.signal)
      .then(
        (spending) => setResult({ id: conversationId, spending }),
        () => null,
      )
    return () => controller.abort()
  }, [conversationId, ready, endedGenerationId])
  return result?.id === conversationId ? result.spending : null
}
