'use client'
import { useSyncExternalStore } from 'react'
import { dayAt } from './group-by-date'

/** Which day it is, as `dayAt` counts, and by how much the clock that says so is ahead of UTC. */
export interface Clock {
  today: number
  /** Absent for the clock of this machine, whose summer time comes and goes. */
  offset?: number
}

/** What day it is where the person is. The page wakes up with the server's view of it, so that both render alike. */
export function useToday(onServer: Clock): Clock {
  const today = useSyncExternalStore(
    subscribe,
    () => dayAt(Date.now()),
    () => onServer.today,
  )
  const isAwake = useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  )
  return isAwake ? { today } : onServer
}

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, 60_000)
  document.addEventListener('visibilitychange', changed)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', changed)
  }
}
