'use client'
import { useConversations } from '@/lib/store/context'

/** Says that the network is gone, and leaves by itself when it is back. */
export function OfflineBar() {
  const online = useConversations((state) => state.online)
  return (
    <div role="status">
      {online ? null : (
        <p className="border-line border-b bg-surface-raised px-4 py-2 text-center text-small text-warn lg:ps-[calc(var(--spacing-sidebar)+1rem)]">
          You are offline. Everything stays here, and replies go on when the connection is back.
        </p>
      )}
    </div>
  )
}
