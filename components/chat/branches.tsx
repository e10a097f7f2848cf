'use client'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { IconButton } from '@/components/ui/button'
import type { Message } from '@/lib/protocol/messages'
import { useConversations } from '@/lib/store/context'
import { branchesOf } from '@/lib/store/selectors'

/** ‹2/3›: the messages that stand in this one's place on other branches. */
export function Branches({ conversationId, message }: { conversationId: string; message: Message }) {
  const branches = useConversations((state) => branchesOf(state, message.id))
  const choose = useConversations((state) => state.choose)
  const place = branches.indexOf(message.id)
  if (branches.length < 2 || place < 0) return null
  const go = (step: number) => {
    const sibling = branches[place + step]
    if (sibling) choose(conversationId, message.parentId, sibling)
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
