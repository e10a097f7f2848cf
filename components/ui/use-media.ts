'use client'
import { useSyncExternalStore } from 'react'

/** Whether a media query matches; false on the server and while the page wakes up. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => window.matchMedia(query).matches,
    () => false,
  )
}

export const touchScreen = '(pointer: coarse)'
/** From here on the sidebar stands beside the text; below it is a drawer. */
export const wideScreen = '(min-width: 64rem)'
