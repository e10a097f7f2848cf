'use client'
import { X } from 'lucide-react'
import { type FocusEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { Notice } from '@/lib/client/state/types'
import { IconButton } from './button'
import { focusContent } from './page-focus'

/** In ms. Long enough to read and to reach for Undo. Bad news stays until it is dismissed. */
const quietNoticeTime = 10_000

/** Short words about what was just done, with a way back; said politely to screen readers. */
export function Notices({ className = '' }: { className?: string }) {
  const notices = useConversations((state) => state.notices)
  const dismiss = useConversations((state) => state.dismiss)
  const [held, setHeld] = useState(false)
  const before = useRef<EventTarget | null>(null)
  const onFocus = ({ relatedTarget, currentTarget }: FocusEvent) => {
    setHeld(true)
    if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) before.current = relatedTarget
  }
  const giveBack = () => {
    setHeld(false)
    if (before.current instanceof HTMLElement && before.current.isConnected)
      before.current.focus({ preventScroll: true })
    else focusContent()
  }
  return (
    <div
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={onFocus}
      onBlur={() => setHeld(false)}
      className={`pointer-events-none fixed inset-x-0 top-[calc(env(safe-area-inset-top)+3.25rem)] z-50 flex touch:top-[calc(env(safe-area-inset-top)+4rem)] flex-col items-center gap-2 ${className}`}
    >
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} held={held} dismiss={dismiss} giveBack={giveBack} />
      ))}
    </div>
  )
}

function NoticeCard({
  notice,
  held,
  dismiss,
  giveBack,
}: {
  notice: Notice
  held: boolean
  dismiss(id: string): void
  giveBack(): void
}) {
  const card = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (held || notice.tone === 'danger') return
    const timer = setTimeout(() => dismiss(notice.id), quietNoticeTime)
    return () => clearTimeout(timer)
  }, [held, notice, dismiss])
  const leave = useRef(giveBack)
  useLayoutEffect(() => {
    leave.current = giveBack
  })
  useLayoutEffect(() => {
    const element = card.current
    return () => {
      // It still stands in the page now, and takes the focus along when it goes.
      if (element?.contains(document.activeElement)) leave.current()
    }
  }, [])
  return (
    <div
      ref={card}
      className="pointer-events-auto flex min-h-11 mx-4 max-w-128 items-center gap-1 rounded-medium border border-line bg-surface py-1 ps-4 pe-1 text-small shadow-float"
    >
      <span className={`me-2 min-w-0 wrap-anywhere ${notice.tone === 'danger' ? 'text-danger' : ''}`}>
        {notice.text}
      </span>
      {notice.action ? (
        <button
          type="button"
          onClick={notice.action.run}
          className="h-8 touch:h-11 shrink-0 rounded-small px-2 font-strong text-accent hover:bg-surface-pressed"
        >
          {notice.action.label}
        </button>
      ) : null}
      <IconButton label="Dismiss" onClick={() => dismiss(notice.id)}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </div>
  )
}
