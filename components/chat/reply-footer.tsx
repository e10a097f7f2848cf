'use client'
import { ChevronLeft, ChevronRight, RotateCcw } from 'lucide-react'
import { IconButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { formatSeconds } from '@/components/ui/seconds'
import type { GenerationSummary, Message } from '@/lib/protocol/messages'
import { textOf } from '@/lib/protocol/messages'
import { useConversations } from '@/lib/store/context'
import { branchesOf } from '@/lib/store/selectors'
import { endingWords } from './endings'
import { modelName } from './models'

/**
 * One line under a reply: how it ended, its numbers, and what can be done with it. It always has its height;
 * on older replies its contents show on hover and focus.
 */
export function ReplyFooter({
  conversationId,
  message,
  last,
}: {
  conversationId: string
  message: Message
  last: boolean
}) {
  const { generation } = message
  const retry = useConversations((state) => state.retry)
  const text = textOf(message.parts)
  const ending = generation ? endingWords(generation) : ''
  // Then the words above have the button.
  const endedBadly = generation?.status === 'interrupted' || generation?.status === 'failed'
  const appear = last
    ? ''
    : 'opacity-0 transition-opacity group-hover/reply:opacity-100 group-focus-within/reply:opacity-100 touch:opacity-100'
  return (
    <div className="-ms-2 flex h-8 touch:h-11 items-center text-note text-ink-quiet">
      {ending ? <span className="ms-2 me-2 shrink-0 font-strong">{ending}</span> : null}
      <div className={`flex min-w-0 items-center ${appear}`}>
        {text ? <CopyButton label="Copy reply" text={() => text} /> : null}
        {generation && !endedBadly ? (
          <IconButton label="Try again" onClick={() => retry(message.id)}>
            <RotateCcw size={16} aria-hidden="true" />
          </IconButton>
        ) : null}
        <Branches conversationId={conversationId} message={message} />
        {generation ? <Numbers generation={generation} /> : null}
      </div>
    </div>
  )
}

function Numbers({ generation }: { generation: GenerationSummary }) {
  const models = useConversations((state) => state.models)
  const { usage, startedAt, endedAt } = generation
  const numbers = [
    endedAt === null || generation.status === 'failed' ? null : formatSeconds(Math.max(0, endedAt - startedAt)),
    usage
      ? `${usage.source === 'estimated' ? 'about ' : ''}${usage.completionTokens.toLocaleString('en')} ${usage.completionTokens === 1 ? 'token' : 'tokens'}`
      : null,
    modelName(models, generation.model),
  ].filter((each) => each !== null)
  return <span className="numbers truncate ps-2">{numbers.join(' · ')}</span>
}

/** ‹2/3›: other turns in the place of this one. Trying again makes one, prompt and reply. */
export function Branches({ conversationId, message }: { conversationId: string; message: Message }) {
  const turn = useConversations((state) => state.messages[message.parentId ?? ''] ?? message)
  const branches = useConversations((state) => branchesOf(state, turn.id))
  const choose = useConversations((state) => state.choose)
  const place = branches.indexOf(turn.id)
  if (branches.length < 2 || place < 0) return null
  const go = (step: number) => {
    const sibling = branches[place + step]
    if (sibling) choose(conversationId, turn.parentId, sibling)
  }
  return (
    <span className="numbers flex shrink-0 items-center">
      <IconButton label="Previous branch" disabled={place === 0} className="disabled:opacity-40" onClick={() => go(-1)}>
        <ChevronLeft size={16} aria-hidden="true" />
      </IconButton>
      {place + 1}/{branches.length}
      <IconButton
        label="Next branch"
        disabled={place === branches.length - 1}
        className="disabled:opacity-40"
        onClick={() => go(1)}
      >
        <ChevronRight size={16} aria-hidden="true" />
      </IconButton>
    </span>
  )
}
