'use client'
import { Link2, type LucideIcon, Pencil, Search, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { DropdownMenu } from 'radix-ui'
import { type ReactElement, useRef } from 'react'
import { copyText } from '@/components/ui/copy-text'
import { focusContent, sidebarId } from '@/components/ui/page-focus'
import { useConversations } from '@/lib/client/state/context'

interface Action {
  name: string
  icon: LucideIcon
  danger?: boolean
  /** Otherwise the focus returns to the trigger. */
  movesFocus?: boolean
  run(): void
}

/** The actions on a conversation. */
export function ConversationMenu({
  id,
  open,
  onOpenChange,
  trigger,
  containerId,
  onRename,
  onFind,
}: {
  id: string
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  /** The id of the element that the menu is rendered into. */
  containerId: string
  onRename(): void
  onFind?: () => void
}) {
  const remove = useRemove(id)
  const copyLink = useCopyLink(id)
  const actions: Action[] = [
    { name: 'Rename', icon: Pencil, movesFocus: true, run: onRename },
    ...(onFind ? [{ name: 'Find in conversation', icon: Search, movesFocus: true, run: onFind }] : []),
    { name: 'Copy link', icon: Link2, run: copyLink },
    { name: 'Delete', icon: Trash2, danger: true, movesFocus: true, run: remove },
  ]
  // Run once the menu has closed, which would return the focus to the trigger.
  const deferred = useRef<(() => void) | null>(null)
  return (
    <DropdownMenu.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.getElementById(containerId)}>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!deferred.current) return
            event.preventDefault()
            deferred.current()
            deferred.current = null
          }}
          className="z-40 min-w-44 rounded-medium border border-line bg-surface p-1 shadow-float"
        >
          {actions.map(({ name, icon: Icon, danger, movesFocus, run }) => (
            <DropdownMenu.Item
              key={name}
              className={`flex h-8 touch:h-11 items-center gap-2 rounded-small px-2 text-small outline-none data-highlighted:bg-surface-pressed ${danger ? 'text-danger' : ''}`}
              onSelect={() => {
                if (movesFocus) deferred.current = run
                else run()
              }}
            >
              <Icon size={16} aria-hidden="true" />
              {name}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function useCopyLink(id: string): () => void {
  const notify = useConversations((state) => state.notify)
  return () =>
    void copyText(window.location.origin + pathOf(id)).then(
      () => notify({ id: 'link', text: 'Link copied.', tone: 'quiet' }),
      () => notify({ id: 'link', text: 'Couldn’t copy the link.', tone: 'danger' }),
    )
}

/** Deletes with Undo. The focus moves to the next row, or to a new conversation if this one was open. */
function useRemove(id: string): () => void {
  const remove = useConversations((state) => state.remove)
  const router = useRouter()
  return () => {
    const path = pathOf(id)
    const wasOpen = window.location.pathname === path
    const rows = sidebarLinks()
    const index = rows.findIndex((link) => link.getAttribute('href') === path)
    void remove(id, () => {
      // Undo reopens the conversation only if the user hasn't gone to another page.
      if (wasOpen && ['/', path].includes(window.location.pathname)) router.push(path)
      else requestAnimationFrame(() => focusRow(sidebarLinks().find((link) => link.getAttribute('href') === path)))
    })
    if (wasOpen) {
      router.push('/')
      focusContent()
    } else focusRow(rows[index + 1] ?? rows[index - 1])
  }
}

const pathOf = (id: string) => `/c/${id}`
const sidebarLinks = () => [...document.querySelectorAll<HTMLElement>(`#${sidebarId} li a`)]

/** Focuses a row, or the content if the sidebar is hidden. */
function focusRow(link: HTMLElement | undefined): void {
  if (link?.checkVisibility?.({ visibilityProperty: true })) link.focus()
  else focusContent()
}
