'use client'
import { useConversations } from '@/lib/client/state/context'

/** Shows in the header that the browser is offline, without moving the page. */
export function OfflineBar() {
  const online = useConversations((state) => state.online)
  return (
    <div role="status" className="col-start-2 row-start-1 min-w-0">
      {online ? null : (
        <p className="flex h-8 items-center rounded-full border border-warn px-3 text-small text-warn">
          <span className="truncate">
            You’re offline.
            <span className="max-sm:sr-only group-has-[search]/header:sr-only">
              {' '}
              Replies will resume when you reconnect.
            </span>
          </span>
        </p>
      )}
    </div>
  )
}
