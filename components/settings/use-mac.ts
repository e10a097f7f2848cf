'use client'
import { useSyncExternalStore } from 'react'

/** Whether the keyboard is a Mac's, with ⌘ in the place of Ctrl; false on the server and while the page wakes up. */
export function useMac(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => /Mac|iPhone|iPad/.test(navigator.platform),
    () => false,
  )
}
