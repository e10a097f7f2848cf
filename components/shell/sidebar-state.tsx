'use client'
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react'
import { useMedia, wideScreen } from '@/components/ui/use-media'
import { sidebarCookie } from './sidebar-cookie'

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

const year = 365 * 24 * 60 * 60

/** What is folded stays so; the drawer always starts closed. */
export function SidebarProvider({ startsFolded, children }: { startsFolded: boolean; children: ReactNode }) {
  const drawer = !useMedia(wideScreen)
  const [folded, setFolded] = useState(startsFolded)
  const [open, setOpen] = useState(false)
  const [glides, setGlides] = useState(false)

  const toggle = useCallback(() => {
    if (drawer) {
      setOpen((was) => !was)
      return
    }
    setGlides(true)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${sidebarCookie}=${folded ? 'open' : 'folded'}; path=/; max-age=${year}; samesite=lax`
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
