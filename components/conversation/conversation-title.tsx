'use client'
import { ChevronDown } from 'lucide-react'
import { useRef } from 'react'
import { contentId } from '@/components/ui/page-focus'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import { useConversationMenu } from './use-conversation-menu'

/** The title of the open conversation, which opens its menu. */
export function ConversationTitle({
  id,
  name,
  onFind,
}: {
  id: string
  /** The title without Markdown. */
  name: string
  onFind?: () => void
}) {
  const title = useConversations((state) => state.summaries.find((each) => each.id === id)?.title ?? '')
  const container = useRef<HTMLDivElement>(null)
  const { triggerProps, withMenu, renameField } = useConversationMenu({
    id,
    title,
    containerId: contentId,
    focusAfterRename: () => container.current?.querySelector('button'),
    onFind,
  })
  const trigger = (
    <button
      type="button"
      dir="auto"
      aria-haspopup="menu"
      {...tooltip(name, { whenTruncated: true })}
      {...triggerProps}
      className="flex h-8 touch:h-11 min-w-0 items-center gap-1 rounded-small px-2 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed aria-expanded:text-ink"
    >
      <span className="truncate">{name}</span>
      <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
    </button>
  )
  return (
    <div ref={container} className="-ms-2 flex h-8 touch:h-11 min-w-0 grow">
      {renameField ?? <h1 className="flex min-w-0">{withMenu(trigger)}</h1>}
    </div>
  )
}
