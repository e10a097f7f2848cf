'use client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { useMedia, wideScreen } from '@/components/ui/use-media'

interface SidebarState {
  /** It is a drawer over the page rather than a part of it. */
  drawer: boolean
  shown: boolean
  /** Beside the page, where the screen is wide enough, it is put away. */
  folded: boolean
  /** The person has opened or closed it since the page came up: from then on it glides. */
  glides: boolean
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
  const [glides, setGlides] = useState(false)

  useEffect(() => setFolded(localStorage.getItem(storageKey) === 'folded'), [])
  const toggle = useCallback(() => {
    if (drawer) {
      setOpen((was) => !was)
      return
    }
    setGlides(true)
    localStorage.setItem(storageKey, folded ? 'open' : 'folded')
    setFolded(!folded)
  }, [drawer, folded])
  const close = useCallback(() => setOpen(false), [])

  const state = useMemo(
    () => ({ drawer, shown: drawer ? open : !folded, folded, glides, toggle, close }),
    [drawer, open, folded, glides, toggle, close],
  )
  return <SidebarContext value={state}>{children}</SidebarContext>
}

export function useSidebar(): SidebarState {
  const state = useContext(SidebarContext)
  if (!state) throw new Error('useSidebar needs a SidebarProvider above it')
  return state
}
