'use client'
import { useSyncExternalStore } from 'react'
import { isMac } from '@/components/ui/keys'

/** Whether the keyboard has ⌘ in place of Ctrl; false on the server and during hydration. */
export function useMac(): boolean {
  return useSyncExternalStore(
    () => () => {},
    isMac,
    () => false,
  )
}
