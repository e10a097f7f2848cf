'use client'
import { PanelLeft, SquarePen } from 'lucide-react'
import Link from 'next/link'
import { IconButton } from '@/components/ui/button'
import { useSidebar } from './sidebar-state'

/** The strip above the page: the way to the sidebar when it is away, and the title, for pages without one of their own. */
export function Header({ title }: { title: string }) {
  const { shown, drawer, toggle } = useSidebar()
  return (
    <header className="relative box-content flex h-12 shrink-0 items-center pt-[env(safe-area-inset-top)] touch:h-14">
      <div className={`absolute start-2 flex ${shown && !drawer ? 'lg:hidden' : ''}`}>
        <IconButton
          label="Open sidebar"
          title="Open sidebar (Ctrl+B)"
          aria-keyshortcuts="Control+B"
          aria-expanded={shown}
          aria-controls="sidebar"
          onClick={toggle}
        >
          <PanelLeft size={18} aria-hidden="true" />
        </IconButton>
        <Link
          href="/"
          aria-label="New conversation"
          title="New conversation (Ctrl+Shift+O)"
          className="hidden size-8 touch:size-11 items-center justify-center rounded-small text-ink-quiet hover:bg-surface-pressed hover:text-ink lg:inline-flex"
        >
          <SquarePen size={18} aria-hidden="true" />
        </Link>
      </div>
      <div className="gutter grow">
        {title ? (
          <h1
            title={title}
            dir="auto"
            className="column truncate text-ink-quiet text-small max-lg:px-11 max-lg:text-center"
          >
            {title}
          </h1>
        ) : null}
      </div>
      <Link
        href="/"
        aria-label="New conversation"
        title="New conversation (Ctrl+Shift+O)"
        className="absolute end-2 inline-flex size-8 touch:size-11 items-center justify-center rounded-small text-ink-quiet hover:bg-surface-pressed hover:text-ink lg:hidden"
      >
        <SquarePen size={18} aria-hidden="true" />
      </Link>
    </header>
  )
}
