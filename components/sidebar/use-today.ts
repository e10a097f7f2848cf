'use client'
import { useSyncExternalStore } from 'react'
import { dayOf } from '@/lib/protocol/days'
import { useConversations } from '@/lib/store/context'

/**
 * Which day it is where the person is, and in which time zone that is. The page wakes up with the server's view of it,
 * so that both render alike.
 */
export function useToday(onServer: number): { today: number; timeZone: string } {
  const known = useConversations((state) => state.settings.timeZone)
  const timeZone = useSyncExternalStore(subscribe, ownTimeZone, () => known)
  const today = useSyncExternalStore(
    subscribe,
    () => dayOf(Date.now(), ownTimeZone()),
    () => onServer,
  )
  return { today, timeZone }
}

const ownTimeZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, 60_000)
  document.addEventListener('visibilitychange', changed)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', changed)
  }
}
