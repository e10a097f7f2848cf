'use client'
import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { memo, type RefObject, useRef, useState } from 'react'
import { useSidebar } from '@/components/shell/sidebar-state'
import { useConversationId } from '@/components/shell/use-conversation-id'
import { lazily } from '@/components/ui/lazily'
import { StreamLine } from '@/components/ui/stream-line'
import { usePopup } from '@/components/ui/use-popup'
import { useConversations } from '@/lib/store/context'
import { RenameField } from './rename-field'

const rowMenu = lazily(() => import('./row-menu').then((module) => module.RowMenu))

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
  /** An answer has ended, or will, that has not been on screen. */
  unread: boolean
}) {
  const rename = useConversations((state) => state.rename)
  const [renaming, setRenaming] = useState(false)
  const row = useRef<HTMLLIElement>(null)
  const { close } = useSidebar()
  const current = useConversationId() === id
  const name = title || 'New conversation'
  const dot = unread && !running && !current
  const remove = useRemove(id, current, row)

  if (renaming) {
    return (
      <li className="relative h-8 touch:h-11">
        <RenameField
          title={title}
          onSave={(next) => void rename(id, next)}
          onClose={() => {
            setRenaming(false)
            requestAnimationFrame(() => row.current?.querySelector('a')?.focus())
          }}
        />
      </li>
    )
  }
  return (
    <li ref={row} className="group/row relative h-8 touch:h-11">
      {running ? <StreamLine status="running" arrived={current ? 1 : 0} className="start-0 inset-y-2" /> : null}
      <Link
        href={`/c/${id}`}
        prefetch={false}
        onClick={close}
        aria-current={current ? 'page' : undefined}
        title={name}
        className="flex h-full items-center rounded-small ps-2 pe-2 text-small transition-colors hover:bg-surface-pressed group-focus-within/row:pe-9 group-hover/row:pe-9 touch:pe-11 aria-[current=page]:bg-surface-pressed"
      >
        <span dir="auto" className="truncate">
          {name}
        </span>
        {running ? <span className="sr-only">, generating</span> : null}
        {dot ? <UnreadDot /> : null}
      </Link>
      <RowMenuButton name={name} onRename={() => setRenaming(true)} onRemove={remove} />
    </li>
  )
})

/** An answer has ended here that nobody has seen. */
function UnreadDot() {
  return (
    <>
      <span className="sr-only">, new answer</span>
      <span
        aria-hidden="true"
        className="ms-auto size-2 shrink-0 rounded-full bg-accent group-focus-within/row:hidden group-hover/row:hidden"
      />
    </>
  )
}

/** Deletes; the focus goes on to the next row, and the page on to a new conversation if this one was open. */
function useRemove(id: string, current: boolean, row: RefObject<HTMLLIElement | null>): () => void {
  const remove = useConversations((state) => state.remove)
  const router = useRouter()
  return () => {
    const next = row.current?.nextElementSibling ?? row.current?.previousElementSibling
    void remove(id)
    if (current) router.push('/')
    else next?.querySelector('a')?.focus()
  }
}

function RowMenuButton({ name, onRename, onRemove }: { name: string; onRename(): void; onRemove(): void }) {
  const { component: Menu, open, setOpen, props } = usePopup(rowMenu)
  const face = (
    <button
      type="button"
      aria-label={`Actions for ${name}`}
      title="Rename or delete"
      aria-haspopup="menu"
      {...props}
      className="absolute end-1 top-1 inline-flex size-6 touch:top-0 touch:end-0 touch:size-11 items-center justify-center rounded-small text-ink-quiet opacity-0 transition-opacity hover:text-ink focus-visible:opacity-100 group-hover/row:opacity-100 group-focus-within/row:opacity-100 touch:opacity-100 aria-expanded:opacity-100"
    >
      <Ellipsis size={16} aria-hidden="true" />
    </button>
  )
  if (!Menu) return face
  return <Menu open={open} onOpenChange={setOpen} trigger={face} onRename={onRename} onRemove={onRemove} />
}
