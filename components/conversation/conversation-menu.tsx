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
  /** It takes the focus elsewhere; otherwise that goes back to the menu's button. */
  movesFocus?: boolean
  run(): void
}

/** What can be done with a conversation, by its row or its title. */
export function ConversationMenu({
  id,
  open,
  onOpenChange,
  trigger,
  within,
  onRename,
  onFind,
}: {
  id: string
  open: boolean
  onOpenChange(open: boolean): void
  trigger: ReactElement
  /** The element id of the part of the page that it belongs to. */
  within: string
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
  // The menu gives the focus back to its button when it closes; an action that moves the focus comes after that.
  const chosen = useRef<(() => void) | null>(null)
  return (
    <DropdownMenu.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.getElementById(within)}>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!chosen.current) return
            event.preventDefault()
            chosen.current()
            chosen.current = null
          }}
          className="z-40 min-w-44 rounded-medium border border-line bg-surface p-1 shadow-float"
        >
          {actions.map(({ name, icon: Icon, danger, movesFocus, run }) => (
            <DropdownMenu.Item
              key={name}
              className={`flex h-8 touch:h-11 items-center gap-2 rounded-small px-2 text-small outline-none data-highlighted:bg-surface-pressed ${danger ? 'text-danger' : ''}`}
              onSelect={() => {
                if (movesFocus) chosen.current = run
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
    void copyText(window.location.origin + addressOf(id)).then(
      () => notify({ id: 'link', text: 'Link copied.', tone: 'quiet' }),
      () => notify({ id: 'link', text: 'Couldn’t copy the link.', tone: 'danger' }),
    )
}

/** Deletes, with a way back. The focus goes on to the next row, or with the page to a new conversation if this one was open. */
function useRemove(id: string): () => void {
  const remove = useConversations((state) => state.remove)
  const router = useRouter()
  return () => {
    const address = addressOf(id)
    const wasOpen = window.location.pathname === address
    const rows = links()
    const place = rows.findIndex((link) => link.getAttribute('href') === address)
    void remove(id, () => {
      // Undo reopens the conversation only if the person hasn't gone to another page.
      if (wasOpen && ['/', address].includes(window.location.pathname)) router.push(address)
      else requestAnimationFrame(() => focusRow(links().find((link) => link.getAttribute('href') === address)))
    })
    if (wasOpen) {
      router.push('/')
      focusContent()
    } else focusRow(rows[place + 1] ?? rows[place - 1])
  }
}

const addressOf = (id: string) => `/c/${id}`
const links = () => [...document.querySelectorAll<HTMLElement>(`#${sidebarId} li a`)]

/** Puts the focus on a row, unless the sidebar is away. */
function focusRow(link: HTMLElement | undefined): void {
  if (link?.checkVisibility?.({ visibilityProperty: true })) link.focus()
  else focusContent()
}
