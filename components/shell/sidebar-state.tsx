'use client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { useMedia, wideScreen } from '@/components/ui/use-media'

interface SidebarState {
  /** It is a drawer over the page rather than a part of it. */
  drawer: boolean
  shown: boolean
  toggle(): void
  close(): void
}

const SidebarContext = createContext<SidebarState | null>(null)

/** The browser remembers a folded sidebar, the drawer always starts closed. */
const storageKey = 'rill.sidebar'

export function SidebarProvider({ children }: { children: ReactNode }) {
  const drawer = !useMedia(wideScreen)
  const [folded, setFolded] = useState(false)
  const [open, setOpen] = useState(false)

  useEffect(() => setFolded(localStorage.getItem(storageKey) === 'folded'), [])
  const toggle = useCallback(() => {
    if (drawer) {
      setOpen((was) => !was)
      return
    }
    localStorage.setItem(storageKey, folded ? 'open' : 'folded')
    setFolded(!folded)
  }, [drawer, folded])
  const close = useCallback(() => setOpen(false), [])

  const state = useMemo(
    () => ({ drawer, shown: drawer ? open : !folded, toggle, close }),
    [drawer, open, folded, toggle, close],
  )
  return <SidebarContext value={state}>{children}</SidebarContext>
}

export function useSidebar(): SidebarState {
  const state = useContext(SidebarContext)
  if (!state) throw new Error('useSidebar needs a SidebarProvider above it')
  return state
}
