'use client'
import { ChevronDown, Search } from 'lucide-react'
import { useRef, useState } from 'react'
import { RenameField } from '@/components/sidebar/rename-field'
import { actionMenu, useConversationActions } from '@/components/sidebar/use-conversation-actions'
import { tooltip } from '@/components/ui/tooltip'
import { usePopup } from '@/components/ui/use-popup'
import { plainTitle } from '@/lib/protocol/title'
import { useConversations } from '@/lib/store/context'
import { contentId } from './focus'

/** The title of the open conversation, and the menu of what can be done with it. */
export function ConversationTitle({ id, title, onFind }: { id: string; title: string; onFind: (() => void) | null }) {
  const rename = useConversations((state) => state.rename)
  const [renaming, setRenaming] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const actions = useConversationActions(id, { onRename: () => setRenaming(true) })
  const { component: Menu, open, setOpen, props } = usePopup(actionMenu)
  const name = plainTitle(title)
  const find = onFind && { name: 'Find in conversation', icon: Search, movesFocus: true, run: onFind }
  const face = (
    <button
      type="button"
      dir="auto"
      aria-haspopup="menu"
      {...tooltip(name, { whenCut: true })}
      {...props}
      className="group/title flex h-8 touch:h-11 min-w-0 items-center gap-1 rounded-small px-2 text-ink-quiet text-small transition-colors hover:bg-surface-pressed hover:text-ink aria-expanded:bg-surface-pressed aria-expanded:text-ink"
    >
      <span className="truncate">{name}</span>
      <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
    </button>
  )
  return (
    <div ref={place} className="-ms-2 flex h-8 touch:h-11 min-w-0 grow">
      {renaming ? (
        <RenameField
          title={title}
          onSave={(next) => void rename(id, next)}
          onClose={() => {
            setRenaming(false)
            requestAnimationFrame(() => place.current?.querySelector('button')?.focus())
          }}
        />
      ) : (
        <h1 className="flex min-w-0">
          {Menu ? (
            <Menu
              open={open}
              onOpenChange={setOpen}
              trigger={face}
              actions={[actions.rename, ...(find ? [find] : []), actions.copyLink, actions.remove]}
              within={contentId}
            />
          ) : (
            face
          )}
        </h1>
      )}
    </div>
  )
}
