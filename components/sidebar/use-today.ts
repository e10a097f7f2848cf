'use client'
import { useSyncExternalStore } from 'react'
import { dayAt } from './group-by-date'

/** The current day, as `dayAt` counts, and the time zone it is in. */
export interface Clock {
  today: number
  /** In ms ahead of UTC. Absent for this machine's time zone, whose offset changes with daylight saving. */
  offset?: number
}

/** The current day in the browser. During hydration it is the server's, so that both render the same. */
export function useToday(serverClock: Clock): Clock {
  const today = useSyncExternalStore(
    subscribe,
    () => dayAt(Date.now()),
    () => serverClock.today,
  )
  const isHydrated = useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  )
  return isHydrated ? { today } : serverClock
}

function subscribe(onChange: () => void): () => void {
  const timer = setInterval(onChange, 60_000)
  document.addEventListener('visibilitychange', onChange)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onChange)
  }
}
