'use client'
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/store/context'
import type { Notice } from '@/lib/store/types'
import { IconButton } from './button'

/** Long enough to read and to reach for Undo. Bad news stays until it is dismissed. */
const quietNoticeTime = 8000

/** Short words about what was just done, with a way back; said politely to screen readers. */
export function Notices() {
  const notices = useConversations((state) => state.notices)
  const dismiss = useConversations((state) => state.dismiss)
  const [held, setHeld] = useState(false)
  return (
    <div
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-none fixed inset-x-0 top-[max(3.5rem,env(safe-area-inset-top))] z-50 flex flex-col items-center gap-2 px-4"
    >
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} held={held} dismiss={dismiss} />
      ))}
    </div>
  )
}

function NoticeCard({ notice, held, dismiss }: { notice: Notice; held: boolean; dismiss(id: string): void }) {
  useEffect(() => {
    if (held || notice.tone === 'danger') return
    const timer = setTimeout(() => dismiss(notice.id), quietNoticeTime)
    return () => clearTimeout(timer)
  }, [held, notice, dismiss])
  return (
    <div className="pointer-events-auto flex max-w-full items-center gap-2 rounded-medium border border-line bg-surface py-1.5 ps-4 pe-1.5 text-small shadow-float">
      <span className={`min-w-0 wrap-anywhere ${notice.tone === 'danger' ? 'text-danger' : ''}`}>{notice.text}</span>
      {notice.action ? (
        <button
          type="button"
          onClick={notice.action.run}
          className="h-8 touch:h-11 rounded-small px-2 font-strong text-accent hover:bg-surface-pressed"
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
