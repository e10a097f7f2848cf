'use client'
import { useSyncExternalStore } from 'react'

/** Whether a media query matches; false on the server and during hydration. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', onChange)
      return () => list.removeEventListener('change', onChange)
    },
    () => window.matchMedia(query).matches,
    () => false,
  )
}

export const touchScreen = '(pointer: coarse)'
/** On narrower screens the sidebar is a drawer. */
export const wideScreen = '(min-width: 64rem)'
