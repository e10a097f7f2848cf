'use client'
import { Info, Link2, type LucideIcon, TriangleAlert } from 'lucide-react'
import { DropdownMenu, Popover } from 'radix-ui'
import { type ReactElement, useRef, useState } from 'react'
import { copyText } from '@/components/ui/copy-text'
import { focusIfLost } from '@/components/ui/page-focus'
import { useConversations } from '@/lib/client/state/context'
import type { Message } from '@/lib/protocol/messages'
import { problemDetails } from './problem-text'
import { ReplyDetails } from './reply-details'
import { replyProblem } from './reply-problem'
import { messageLink } from './use-linked-message'

/** The less frequent actions of a reply, and the popover with its details. */
export function ReplyMenu({
  open,
  onOpenChange,
  trigger,
  conversationId,
  message,
}: {
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  conversationId: string
  message: Message
}) {
  const [detailsOpen, setDetailsOpen] = useState(false)
  // The details open when the menu has closed, which returns the focus to its button.
  const opensDetails = useRef(false)
  const button = useRef<HTMLDivElement>(null)
  const copy = useCopy()
  const { generation } = message
  const problem = replyProblem(message)
  return (
    <Popover.Root open={detailsOpen} onOpenChange={setDetailsOpen}>
      <DropdownMenu.Root open={open} onOpenChange={onOpenChange} modal={false}>
        <Popover.Anchor ref={button} asChild>
          <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
        </Popover.Anchor>
        <DropdownMenu.Portal>
          <DropdownMenu.Content
            align="start"
            sideOffset={4}
            collisionPadding={8}
            onCloseAutoFocus={(event) => {
              if (!opensDetails.current) return
              opensDetails.current = false
              event.preventDefault()
              setDetailsOpen(true)
            }}
            className="z-40 min-w-44 rounded-medium border border-line bg-surface p-1 shadow-float"
          >
            <Item
              icon={Link2}
              label="Copy link"
              onSelect={() => copy(messageLink(conversationId, message.id), 'Link copied.')}
            />
            {problem ? (
              <Item
                icon={TriangleAlert}
                label="Copy error details"
                onSelect={() => copy(problemDetails(problem, generation), 'Error details copied.')}
              />
            ) : null}
            {generation ? (
              <Item
                icon={Info}
                label="Details"
                onSelect={() => {
                  opensDetails.current = true
                }}
              />
            ) : null}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {generation ? (
        <ReplyDetails message={message} generation={generation} onClosed={() => focusIfLost(button.current)} />
      ) : null}
    </Popover.Root>
  )
}

function Item({ icon: Icon, label, onSelect }: { icon: LucideIcon; label: string; onSelect(): void }) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className="flex h-8 touch:h-11 items-center gap-2 rounded-small px-2 text-small outline-none data-highlighted:bg-surface-pressed"
    >
      <Icon size={16} aria-hidden="true" className="text-ink-quiet" />
      {label}
    </DropdownMenu.Item>
  )
}

function useCopy(): (text: string, success: string) => void {
  const notify = useConversations((state) => state.notify)
  return (text, success) => {
    copyText(text).then(
      () => notify({ id: 'copied', text: success, tone: 'quiet' }),
      () => notify({ id: 'copied', text: 'Couldn’t copy. Your browser didn’t allow it.', tone: 'danger' }),
    )
  }
}
