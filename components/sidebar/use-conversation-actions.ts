'use client'
import { Link2, Pencil, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { focusContent, sidebarId } from '@/components/shell/focus'
import type { Action } from '@/components/ui/action-menu'
import { copyText } from '@/components/ui/copy-text'
import { lazily } from '@/components/ui/lazily'
import { useConversations } from '@/lib/store/context'

export const actionMenu = lazily(() => import('@/components/ui/action-menu').then((module) => module.ActionMenu))

/** What can be done with a conversation, wherever it is offered. */
export function useConversationActions(id: string, { onRename }: { onRename(): void }) {
  const remove = useConversations((state) => state.remove)
  const notify = useConversations((state) => state.notify)
  const router = useRouter()

  const onDelete = () => {
    const address = addressOf(id)
    const wasOpen = window.location.pathname === address
    const neighbor = neighborOf(id)
    void remove(id, () => {
      // Nobody is called back who has gone on to something else.
      if (wasOpen && ['/', address].includes(window.location.pathname)) router.push(address)
      else requestAnimationFrame(() => focusRow(linkTo(id)))
    })
    if (wasOpen) {
      router.push('/')
      focusContent()
    } else focusRow(neighbor)
  }
  const onCopyLink = () =>
    copyText(window.location.origin + addressOf(id)).then(
      () => notify({ id: 'link', text: 'Link copied.', tone: 'quiet' }),
      () => notify({ id: 'link', text: 'Couldn’t copy the link.', tone: 'danger' }),
    )
  return {
    rename: { name: 'Rename', icon: Pencil, movesFocus: true, run: onRename },
    copyLink: { name: 'Copy link', icon: Link2, run: () => void onCopyLink() },
    remove: { name: 'Delete', icon: Trash2, danger: true, movesFocus: true, run: onDelete },
  } satisfies Record<string, Action>
}

const addressOf = (id: string) => `/c/${id}`
const links = () => [...document.querySelectorAll<HTMLElement>(`#${sidebarId} li a`)]
const linkTo = (id: string) => links().find((link) => link.getAttribute('href') === addressOf(id))

/** The next row of the sidebar, or else the one before. */
function neighborOf(id: string): HTMLElement | undefined {
  const rows = links()
  const place = rows.findIndex((link) => link.getAttribute('href') === addressOf(id))
  return rows[place + 1] ?? rows[place - 1]
}

/** Puts the focus on a row, unless the sidebar is away. */
function focusRow(link: HTMLElement | undefined): void {
  if (link?.checkVisibility?.({ visibilityProperty: true })) link.focus()
  else focusContent()
}
