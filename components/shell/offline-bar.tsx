'use client'
import { useConversations } from '@/lib/store/context'

/** Says that the network is gone, and leaves by itself when it is back. It lies over the header and moves nothing. */
export function OfflineBar() {
  const online = useConversations((state) => state.online)
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 top-[calc(env(safe-area-inset-top)+0.375rem)] z-10 flex justify-center px-14"
    >
      {online ? null : (
        <p className="flex min-h-9 items-center rounded-large border border-warn bg-surface px-4 py-1 text-center text-small text-warn">
          You are offline. Replies go on when you are back.
        </p>
      )}
    </div>
  )
}
