'use client'
import { X } from 'lucide-react'
import { type FocusEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { Notice } from '@/lib/client/state/types'
import { IconButton } from './button'
import { focusContent } from './page-focus'

/** Long enough to read a notice and to reach Undo. Notices of problems stay until they are dismissed. */
const NOTICE_TIMEOUT_MS = 10_000

/** Short messages about what was just done, some with an action such as Undo; a polite live region. */
export function Notices({ className = '' }: { className?: string }) {
  const notices = useConversations((state) => state.notices)
  const dismiss = useConversations((state) => state.dismiss)
  /** While a notice has the pointer or the focus, none disappears. */
  const [paused, setPaused] = useState(false)
  const focusedBefore = useRef<EventTarget | null>(null)
  const onFocus = ({ relatedTarget, currentTarget }: FocusEvent) => {
    setPaused(true)
    if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) focusedBefore.current = relatedTarget
  }
  const restoreFocus = () => {
    setPaused(false)
    if (focusedBefore.current instanceof HTMLElement && focusedBefore.current.isConnected)
      focusedBefore.current.focus({ preventScroll: true })
    else focusContent()
  }
  return (
    <div
      role="status"
      onPointerEnter={() => setPaused(true)}
      onPointerLeave={() => setPaused(false)}
      onFocus={onFocus}
      onBlur={() => setPaused(false)}
      className={`pointer-events-none fixed inset-x-0 top-[calc(env(safe-area-inset-top)+3.25rem)] z-50 flex touch:top-[calc(env(safe-area-inset-top)+4rem)] flex-col items-center gap-2 ${className}`}
    >
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} paused={paused} dismiss={dismiss} restoreFocus={restoreFocus} />
      ))}
    </div>
  )
}

function NoticeCard({
  notice,
  paused,
  dismiss,
  restoreFocus,
}: {
  notice: Notice
  paused: boolean
  dismiss(id: string): void
  restoreFocus(): void
}) {
  const card = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (paused || notice.tone === 'danger') return
    const timer = setTimeout(() => dismiss(notice.id), NOTICE_TIMEOUT_MS)
    return () => clearTimeout(timer)
  }, [paused, notice, dismiss])
  const latestRestoreFocus = useRef(restoreFocus)
  useLayoutEffect(() => {
    latestRestoreFocus.current = restoreFocus
  })
  useLayoutEffect(() => {
    const element = card.current
    return () => {
      // In the cleanup of a layout effect, the card is still in the document and may have the focus.
      if (element?.contains(document.activeElement)) latestRestoreFocus.current()
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
