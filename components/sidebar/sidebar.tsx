'use client'
import { ChartColumn, FlaskConical, type LucideIcon, PanelLeft, Settings, SquarePen } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type RefObject, useEffect, useRef } from 'react'
import { useSidebar } from '@/components/page/sidebar-state'
import { IconButton } from '@/components/ui/button'
import { Logo } from '@/components/ui/logo'
import { sidebarId } from '@/components/ui/page-focus'
import { tooltip } from '@/components/ui/tooltip'
import { ConversationList } from './conversation-list'
import { SessionFooter } from './session-footer'
import type { Clock } from './use-today'

/** The conversations and the links to all pages. Beside the page on a wide screen, a drawer on a narrow one. */
export function Sidebar({ clock }: { clock: Clock }) {
  const { shown, collapsed, animated, drawer, toggle, close, dismiss } = useSidebar()
  const panel = useRef<HTMLElement>(null)
  const swipeStart = useRef(0)
  const path = usePathname()
  const open = drawer && shown

  useDrawerFocus(panel, open, dismiss)
  return (
    <nav
      ref={panel}
      id={sidebarId}
      aria-label="Conversations"
      onPointerDown={({ clientX }) => {
        swipeStart.current = clientX
      }}
      // A touch that scrolls the list ends with pointercancel instead.
      onPointerUp={({ clientX, pointerType }) => {
        if (open && pointerType === 'touch' && swipeStart.current - clientX > MIN_SWIPE) dismiss()
      }}
      className={`fixed inset-y-0 start-0 z-30 flex w-sidebar touch-pan-y *:touch-pan-y flex-col border-line border-e bg-surface-raised pt-[env(safe-area-inset-top)] max-lg:w-72 max-lg:max-w-[85vw] ${
        collapsed ? 'lg:invisible lg:-translate-x-full rtl:lg:translate-x-full' : ''
      } ${open ? 'shadow-float' : 'max-lg:invisible max-lg:-translate-x-full rtl:max-lg:translate-x-full'} ${
        // A closing drawer stays visible until it is off screen; an opening one is visible at once, to take the focus.
        !drawer && !animated ? '' : shown ? 'transition-[translate]' : 'transition-[translate,visibility]'
      }`}
    >
      <div className="flex h-12 shrink-0 items-center justify-between ps-4 pe-2 touch:h-14">
        <Link
          href="/"
          replace={open}
          onClick={close}
          className="flex touch:min-h-11 items-center gap-2 rounded-small font-strong"
        >
          <Logo className="size-5 text-accent" />
          Rill
        </Link>
        <IconButton label="Close sidebar" keys="Mod+B" aria-expanded={shown} aria-controls={sidebarId} onClick={toggle}>
          <PanelLeft size={18} aria-hidden="true" />
        </IconButton>
      </div>
      <Link
        href="/"
        replace={open}
        onClick={close}
        {...tooltip('New conversation', { keys: 'Mod+Shift+O' })}
        className={`${row} mx-2 mb-1`}
      >
        <SquarePen size={16} aria-hidden="true" />
        New conversation
      </Link>
      <ConversationList clock={clock} />
      <div className="shrink-0 border-line border-t p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        {pages.map(({ address, name, icon: Icon }) => (
          <Link
            key={address}
            href={address}
            replace={open}
            onClick={close}
            aria-current={path === address || path.startsWith(`${address}/`) ? 'page' : undefined}
            className={row}
          >
            <Icon size={16} aria-hidden="true" />
            {name}
          </Link>
        ))}
        <SessionFooter className={row} />
      </div>
    </nav>
  )
}

/** How far a swipe to the left must go to close the drawer, in pixels. */
const MIN_SWIPE = 50

/** Focuses the open drawer, closes it on Escape, and gives the focus back. */
function useDrawerFocus(panel: RefObject<HTMLElement | null>, open: boolean, dismiss: () => void): void {
  useEffect(() => {
    if (!open) return
    const focusedBefore = document.activeElement
    panel.current?.querySelector<HTMLElement>('a, button')?.focus()
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      // Keeps Escape from also stopping a reply.
      event.preventDefault()
      dismiss()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('keydown', onKey)
      if (focusedBefore instanceof HTMLElement) focusedBefore.focus({ preventScroll: true })
    }
  }, [panel, open, dismiss])
}

const pages: { address: string; name: string; icon: LucideIcon }[] = [
  { address: '/usage', name: 'Usage', icon: ChartColumn },
  { address: '/lab', name: 'Lab', icon: FlaskConical },
  { address: '/settings', name: 'Settings', icon: Settings },
]

const row =
  'flex h-8 touch:h-11 items-center gap-2 rounded-small px-2 text-small transition-colors hover:bg-surface-pressed aria-[current=page]:bg-surface-pressed'
