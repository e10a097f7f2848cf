'use client'
import { useSyncExternalStore } from 'react'
import { startOfDay } from './group-by-date'

/** When today began where the person is. The page wakes up with the server's view of it, so that both render alike. */
export function useToday(onServer: number): number {
  return useSyncExternalStore(
    subscribe,
    () => startOfDay(Date.now()),
    () => onServer,
  )
}

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, 60_000)
  document.addEventListener('visibilitychange', changed)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', changed)
  }
}
