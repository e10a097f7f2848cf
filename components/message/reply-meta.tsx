'use client'
import { Ellipsis } from 'lucide-react'
import { formatCosts, formatReplyCost, formatTokens, replyCosts, replyUsage } from '@/components/format/numbers'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { IconButton } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { usePopup } from '@/components/ui/lazy/use-popup'
import type { GenerationSummary, Message } from '@/lib/protocol/messages'
import { Branches } from './branches'

const replyMenu = lazyComponent(() => import('./reply-menu').then((module) => module.ReplyMenu))

/** The end of the line below every reply: its menu, branches and cost. */
export function ReplyMeta({ conversationId, message }: { conversationId: string; message: Message }) {
  const money = useMoneyFormatter()
  const { component: Menu, open, setOpen, props } = usePopup(replyMenu)
  const cost = message.generation && formatReplyCost(message.generation, money)
  const trigger = (
    <IconButton label="More actions" aria-haspopup="menu" {...props} className="aria-expanded:bg-surface-pressed">
      <Ellipsis size={16} aria-hidden="true" />
    </IconButton>
  )
  return (
    <>
      {Menu ? (
        <Menu open={open} onOpenChange={setOpen} trigger={trigger} conversationId={conversationId} message={message} />
      ) : (
        trigger
      )}
      <Branches conversationId={conversationId} message={message} />
      {cost ? (
        <span title="What this reply cost" className="tabular-nums truncate px-2">
          {cost}
        </span>
      ) : null}
    </>
  )
}

/** The tokens and cost of a running reply. */
export function LiveUsage({ generation }: { generation: GenerationSummary }) {
  const money = useMoneyFormatter()
  const usage = replyUsage(generation)
  const costs = replyCosts(generation)
  if (!usage) return null
  const isEstimate = usage.source === 'estimated'
  return (
    <span className="tabular-nums text-note">
      {isEstimate ? 'about ' : ''}
      {formatTokens(usage.completionTokens)}
      {costs ? ` · ${formatCosts(costs, money, false)}` : ''}
    </span>
  )
}
