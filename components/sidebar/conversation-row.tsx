'use client'
import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { memo, useRef } from 'react'
import { useConversationMenu } from '@/components/conversation/use-conversation-menu'
import { useSidebar } from '@/components/page/sidebar-state'
import { useConversationId } from '@/components/page/use-conversation-id'
import { sidebarId } from '@/components/ui/page-focus'
import { StreamLine } from '@/components/ui/stream/stream-line'
import { tooltip } from '@/components/ui/tooltip'
import { plainTitle } from '@/lib/protocol/title'

/** One conversation in the sidebar. */
export const ConversationRow = memo(function ConversationRow({
  id,
  title,
  running,
  unread,
}: {
  id: string
  title: string
  running: boolean
  /** Whether a reply was started or has ended off screen. */
  unread: boolean
}) {
  const row = useRef<HTMLLIElement>(null)
  const { drawer, close } = useSidebar()
  const current = useConversationId() === id
  const name = plainTitle(title) || 'New conversation'
  const showsDot = unread && !running && !current
  const { triggerProps, withMenu, renameField } = useConversationMenu({
    id,
    title,
    containerId: sidebarId,
    focusAfterRename: () => row.current?.querySelector('a'),
  })

  if (renameField) {
    return (
      <li ref={row} className="relative h-8 touch:h-11">
        {renameField}
      </li>
    )
  }
  const trigger = (
    <button
      type="button"
      aria-label={`Actions for ${name}`}
      {...tooltip('Rename, copy link, delete')}
      aria-haspopup="menu"
      {...triggerProps}
      className="absolute end-1 top-1 inline-flex size-6 touch:top-0 touch:end-0 touch:size-11 items-center justify-center rounded-small text-ink-quiet opacity-0 transition-opacity hover:text-ink focus-visible:opacity-100 group-hover/row:opacity-100 group-focus-within/row:opacity-100 touch:opacity-100 aria-expanded:opacity-100"
    >
      <Ellipsis size={16} aria-hidden="true" />
    </button>
  )
  return (
    <li ref={row} className="group/row relative h-8 touch:h-11">
      {running ? (
        <StreamLine status="running" receivedCharacters={current ? 1 : 0} className="start-0 inset-y-2" />
      ) : null}
      <Link
        href={`/c/${id}`}
        prefetch={false}
        replace={drawer}
        onClick={close}
        aria-current={current ? 'page' : undefined}
        {...tooltip(name, { side: 'after', whenTruncated: true })}
        className="flex h-full items-center rounded-small ps-2 pe-2 text-small transition-colors hover:bg-surface-pressed group-focus-within/row:pe-9 group-hover/row:pe-9 touch:pe-11 aria-[current=page]:bg-surface-pressed"
      >
        <span dir="auto" className="min-w-0 grow truncate">
          {name}
        </span>
        {running ? <span className="sr-only">, generating</span> : null}
        {showsDot ? <UnreadDot /> : null}
      </Link>
      {withMenu(trigger)}
    </li>
  )
})

function UnreadDot() {
  return (
    <>
      <span className="sr-only">, new reply</span>
      <span
        aria-hidden="true"
        className="ms-2 size-2 shrink-0 rounded-full bg-accent group-focus-within/row:hidden group-hover/row:hidden"
      />
    </>
  )
}
