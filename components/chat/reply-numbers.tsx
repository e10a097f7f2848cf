'use client'
import { lazily } from '@/components/ui/lazily'
import { useMoney } from '@/components/ui/use-money'
import { usePopup } from '@/components/ui/use-popup'
import type { GenerationSummary, Message } from '@/lib/protocol/messages'
import { useConversations } from '@/lib/store/context'
import { modelName } from './models'
import { costsOf, costWords, replyNumbers, tokenWords, usageOf } from './numbers'

const details = lazily(() => import('./reply-details').then((module) => module.ReplyDetails))

/** A reply's numbers in one line; a click tells all of them. */
export function ReplyNumbers({ message }: { message: Message }) {
  const models = useConversations((state) => state.models)
  const money = useMoney()
  const { component: Details, open, setOpen, props } = usePopup(details)
  const { generation, parts } = message
  if (!generation) return null
  const line = [...replyNumbers(generation, parts, money), modelName(models, generation.model)].join(' · ')
  const face = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label={`Details: ${line}`}
      title="Tokens, cost and times"
      {...props}
      className="numbers h-8 touch:h-11 min-w-0 truncate rounded-small px-2 transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed"
    >
      {line}
    </button>
  )
  if (!Details) return face
  return <Details open={open} onOpenChange={setOpen} trigger={face} message={message} generation={generation} />
}

/** What a reply comes to while it is written: always in the same place, and in figures of one width. */
export function Ticker({ generation }: { generation: GenerationSummary }) {
  const money = useMoney()
  const usage = usageOf(generation)
  const costs = costsOf(generation)
  if (!usage) return null
  const about = usage.source === 'estimated'
  return (
    <span className="numbers text-note">
      {about ? 'about ' : ''}
      {tokenWords(usage.completionTokens)}
      {costs ? ` · ${costWords(costs, money, false)}` : ''}
    </span>
  )
}
