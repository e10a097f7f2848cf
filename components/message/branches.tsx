'use client'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { flushSync } from 'react-dom'
import { IconButton } from '@/components/ui/button'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { useConversations } from '@/lib/client/state/context'
import { branchesOf } from '@/lib/client/state/selectors'
import type { Message } from '@/lib/protocol/messages'
import { messageElement } from './message-element'

/** ‹2/3›: switches between a message and its siblings on other branches. */
export function Branches({ conversationId, message }: { conversationId: string; message: Message }) {
  const branches = useConversations((state) => branchesOf(state, message.id))
  const choose = useConversations((state) => state.choose)
  const index = branches.indexOf(message.id)
  if (branches.length < 2 || index < 0) return null
  const go = (step: -1 | 1) => {
    const sibling = branches[index + step]
    if (!sibling) return
    // The button is unmounted with its message; the focus moves to the same button of the sibling.
    flushSync(() => choose(conversationId, message.parentId, sibling))
    const sameButton = messageElement(document.body, sibling)?.querySelector<HTMLElement>(`[data-step="${step}"]`)
    // A running reply has no such button.
    if (sameButton) sameButton.focus({ preventScroll: true })
    else focusComposerOrTranscript()
  }
  return (
    <span className="tabular-nums flex shrink-0 items-center">
      <IconButton
        label="Previous branch"
        data-step={-1}
        aria-disabled={index === 0}
        className="aria-disabled:opacity-40"
        onClick={() => go(-1)}
      >
        <ChevronLeft size={16} aria-hidden="true" />
      </IconButton>
      {index + 1}/{branches.length}
      <IconButton
        label="Next branch"
        data-step={1}
        aria-disabled={index === branches.length - 1}
        className="aria-disabled:opacity-40"
        onClick={() => go(1)}
      >
        <ChevronRight size={16} aria-hidden="true" />
      </IconButton>
    </span>
  )
}
