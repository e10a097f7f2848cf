'use client'
import { WifiOff } from 'lucide-react'
import { useConversations } from '@/lib/store/context'

/** Says in the header that the network is gone, and leaves by itself when it is back. It moves nothing below. */
export function OfflineBar({ brief }: { brief: boolean }) {
  const online = useConversations((state) => state.online)
  return (
    <div role="status" className="col-start-2 row-start-1 min-w-0">
      {online ? null : (
        <p className="flex h-8 items-center gap-2 rounded-full border border-warn px-3 text-small text-warn">
          <WifiOff size={14} className="shrink-0" aria-hidden="true" />
          <span className="truncate">
            You’re offline.
            <span className={brief ? 'sr-only' : 'max-sm:sr-only'}> Replies will resume when you reconnect.</span>
          </span>
        </p>
      )}
    </div>
  )
}
