'use client'
import { useEffect, useMemo, useRef } from 'react'
import { useConversations } from '@/lib/client/state/context'
import { ConversationRow } from './conversation-row'
import { groupByDate } from './group-by-date'
import { type Clock, useToday } from './use-today'

/** Conversations, newest first, grouped by date. Loads more as the person scrolls near the end. */
export function ConversationList({ clock }: { clock: Clock }) {
  const all = useConversations((state) => state.summaries)
  const summaries = useMemo(() => all.filter(({ kind }) => kind !== 'lab'), [all])
  const unread = useConversations((state) => state.unread)
  const nextCursor = useConversations((state) => state.nextCursor)
  const { today, offset } = useToday(clock)
  const groups = useMemo(() => groupByDate(summaries, today, offset), [summaries, today, offset])
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
      {groups.map((group) => (
        <section key={group.name}>
          <h2 className="px-2 pt-4 pb-1 text-ink-quiet text-note">{group.name}</h2>
          <ul>
            {group.conversations.map((summary) => (
              <ConversationRow
                key={summary.id}
                id={summary.id}
                title={summary.title}
                running={summary.running.length > 0}
                unread={unread[summary.id] === true}
              />
            ))}
          </ul>
        </section>
      ))}
      {summaries.length === 0 ? (
        <p className="px-2 pt-4 text-ink-quiet text-small">Your conversations will appear here.</p>
      ) : null}
      {nextCursor === null ? null : <MoreRows key={nextCursor} />}
    </div>
  )
}

/** Placeholder rows at the end of the list; loads the next page when they come near the viewport. */
function MoreRows() {
  const loadMore = useConversations((state) => state.loadMoreSummaries)
  const placeholder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = placeholder.current
    if (!element) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void loadMore()
      },
      { rootMargin: '400px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [loadMore])
  return (
    <div ref={placeholder} className="animate-pulse space-y-2 px-2 py-2">
      <span className="sr-only">Loading more conversations…</span>
      <div className="h-4 w-4/5 rounded-small bg-surface-pressed" />
      <div className="h-4 w-3/5 rounded-small bg-surface-pressed" />
      <div className="h-4 w-2/3 rounded-small bg-surface-pressed" />
    </div>
  )
}
