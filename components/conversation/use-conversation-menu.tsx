'use client'
import { type ReactElement, useState } from 'react'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { focusIfLost } from '@/components/ui/page-focus'
import { useConversations } from '@/lib/client/state/context'

const conversationMenu = lazyComponent(async () => {
  const [{ ConversationMenu }, { RenameField }] = await Promise.all([
    import('./conversation-menu'),
    import('./rename-field'),
  ])
  return { ConversationMenu, RenameField }
})

/**
 * The menu of a conversation, and the field that takes its place while it is renamed. Their code loads on first use.
 * @returns `withMenu` puts the menu behind a trigger, which takes `triggerProps`; `renameField` is null unless renaming
 */
export function useConversationMenu({
  id,
  title,
  containerId,
  focusAfterRename,
  onFind,
}: {
  id: string
  title: string
  /** The id of the element that the menu is rendered into. */
  containerId: string
  focusAfterRename(): HTMLElement | null | undefined
  onFind?: () => void
}) {
  const rename = useConversations((state) => state.rename)
  const [renaming, setRenaming] = useState(false)
  const { component: lazy, open, setOpen, props: triggerProps } = usePopup(conversationMenu)
  const withMenu = (trigger: ReactElement) =>
    lazy ? (
      <lazy.ConversationMenu
        id={id}
        open={open}
        onOpenChange={setOpen}
        trigger={trigger}
        containerId={containerId}
        onRename={() => setRenaming(true)}
        onFind={onFind}
      />
    ) : (
      trigger
    )
  const renameField =
    renaming && lazy ? (
      <lazy.RenameField
        title={title}
        onSave={(next) => void rename(id, next)}
        onClose={() => {
          setRenaming(false)
          requestAnimationFrame(() => focusIfLost(focusAfterRename()))
        }}
      />
    ) : null
  return { triggerProps, withMenu, renameField }
}
