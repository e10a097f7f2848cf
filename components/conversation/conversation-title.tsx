'use client'
import { ChevronDown } from 'lucide-react'
import { useRef, useState } from 'react'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { contentId, focusIfLost } from '@/components/ui/page-focus'
import { tooltip } from '@/components/ui/tooltip'
import { useConversations } from '@/lib/client/state/context'
import { conversationMenu } from './lazy-conversation-menu'

/** The title of the open conversation, and the menu of what can be done with it. */
export function ConversationTitle({
  id,
  name,
  onFind,
}: {
  id: string
  /** The title without marks of Markdown. */
  name: string
  onFind?: () => void
}) {
  const rename = useConversations((state) => state.rename)
  const title = useConversations((state) => state.summaries.find((each) => each.id === id)?.title ?? '')
  const [renaming, setRenaming] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const { component: lazy, open, setOpen, props } = usePopup(conversationMenu)
  const face = (
    <button
      type="button"
      dir="auto"
      aria-haspopup="menu"
      {...tooltip(name, { whenTruncated: true })}
      {...props}
      className="flex h-8 touch:h-11 min-w-0 items-center gap-1 rounded-small px-2 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed aria-expanded:text-ink"
    >
      <span className="truncate">{name}</span>
      <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
    </button>
  )
  return (
    <div ref={place} className="-ms-2 flex h-8 touch:h-11 min-w-0 grow">
      {renaming && lazy ? (
        <lazy.RenameField
          title={title}
          onSave={(next) => void rename(id, next)}
          onClose={() => {
            setRenaming(false)
            requestAnimationFrame(() => focusIfLost(place.current?.querySelector('button')))
          }}
        />
      ) : (
        <h1 className="flex min-w-0">
          {lazy ? (
            <lazy.ConversationMenu
              id={id}
              open={open}
              onOpenChange={setOpen}
              trigger={face}
              within={contentId}
              onRename={() => setRenaming(true)}
              onFind={onFind}
            />
          ) : (
            face
          )}
        </h1>
      )}
    </div>
  )
}
