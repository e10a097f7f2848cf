'use client'
import { useSyncExternalStore } from 'react'
import { isMac } from '@/components/ui/keys'

/** Whether the keyboard is a Mac's, with ⌘ in the place of Ctrl; false on the server and while the page wakes up. */
export function useMac(): boolean {
  return useSyncExternalStore(
    () => () => {},
    isMac,
    () => false,
  )
}
