'use client'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { flushSync } from 'react-dom'
import { IconButton } from '@/components/ui/button'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { useConversations } from '@/lib/client/state/context'
import { branchesOf } from '@/lib/client/state/selectors'
import type { Message } from '@/lib/protocol/messages'
import { messageElement } from './message-element'

/** ‹2/3›: the messages that stand in this one's place on other branches. */
export function Branches({ conversationId, message }: { conversationId: string; message: Message }) {
  const branches = useConversations((state) => branchesOf(state, message.id))
  const choose = useConversations((state) => state.choose)
  const place = branches.indexOf(message.id)
  if (branches.length < 2 || place < 0) return null
  const go = (step: -1 | 1) => {
    const sibling = branches[place + step]
    if (!sibling) return
    // The button goes with its message, and the focus on to the same one under the other.
    flushSync(() => choose(conversationId, message.parentId, sibling))
    const same = messageElement(document.body, sibling)?.querySelector<HTMLElement>(`[data-step="${step}"]`)
    // A reply that is being written has none.
    if (same) same.focus({ preventScroll: true })
    else focusComposerOrTranscript()
  }
  return (
    <span className="numbers flex shrink-0 items-center">
      <IconButton
        label="Previous branch"
        data-step={-1}
        aria-disabled={place === 0}
        className="aria-disabled:opacity-40"
        onClick={() => go(-1)}
      >
        <ChevronLeft size={16} aria-hidden="true" />
      </IconButton>
      {place + 1}/{branches.length}
      <IconButton
        label="Next branch"
        data-step={1}
        aria-disabled={place === branches.length - 1}
        className="aria-disabled:opacity-40"
        onClick={() => go(1)}
      >
        <ChevronRight size={16} aria-hidden="true" />
      </IconButton>
    </span>
  )
}
