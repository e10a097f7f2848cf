'use client'
import { PanelLeft, SquarePen } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { IconButton } from '@/components/ui/button'
import { sidebarId } from '@/components/ui/page-focus'
import { tooltip } from '@/components/ui/tooltip'
import { OfflineBar } from './offline-bar'
import { useSidebar } from './sidebar-state'

const hiddenDuringSearch = 'max-sm:group-has-[search]/header:invisible'

/** Element id of the slot for the find bar. */
export const findSlotId = 'find'

/** The header of a page: a button for a hidden sidebar, and the title. On a phone, the find bar takes all of it. */
export function Header({
  title,
  children,
}: {
  title: string
  /** Replaces the plain title. */
  children?: ReactNode
}) {
  const { shown, drawer, toggle } = useSidebar()
  return (
    <header className="group/header relative box-content flex h-12 shrink-0 items-center pt-[env(safe-area-inset-top)] touch:h-14">
      <div className={`absolute start-2 flex ${shown && !drawer ? 'lg:hidden' : ''} ${hiddenDuringSearch}`}>
        <IconButton label="Open sidebar" keys="Mod+B" aria-expanded={shown} aria-controls={sidebarId} onClick={toggle}>
          <PanelLeft size={18} aria-hidden="true" />
        </IconButton>
        <NewConversation className="max-lg:hidden" />
      </div>
      <div className="gutter grow py-1">
        <div className="column grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-center gap-x-3 max-lg:px-[max(0px,3.25rem-max(1rem,(100%-var(--container-column))/2))] max-sm:grid-cols-[minmax(0,1fr)_auto_auto]">
          <div className={`col-start-1 row-start-1 flex min-w-0 ${hiddenDuringSearch}`}>
            {children ?? (title ? <PlainTitle title={title} /> : null)}
          </div>
          <OfflineBar />
          <div id={findSlotId} className="col-start-3 row-start-1 min-w-0" />
        </div>
      </div>
      <NewConversation className={`absolute end-2 lg:hidden ${hiddenDuringSearch}`} />
    </header>
  )
}

function PlainTitle({ title }: { title: string }) {
  return (
    <h1 dir="auto" {...tooltip(title, { whenTruncated: true })} className="min-w-0 truncate text-ink-quiet text-small">
      {title}
    </h1>
  )
}

function NewConversation({ className }: { className: string }) {
  return (
    <Link
      href="/"
      aria-label="New conversation"
      {...tooltip('New conversation', { keys: 'Mod+Shift+O' })}
      className={`inline-flex size-8 touch:size-11 items-center justify-center rounded-small text-ink-quiet hover:bg-surface-pressed hover:text-ink ${className}`}
    >
      <SquarePen size={18} aria-hidden="true" />
    </Link>
  )
}
