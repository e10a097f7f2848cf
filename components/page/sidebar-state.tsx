'use client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { useMedia, wideScreen } from '@/components/ui/use-media'
import { browserPage } from '@/lib/client/transport/browser-environment'
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
/** Where earlier versions kept it, which no server can read. */
const oldKey = 'rill.sidebar'

/** What is folded stays so; the drawer always starts closed. */
export function SidebarProvider({ startsFolded, children }: { startsFolded: boolean; children: ReactNode }) {
  const drawer = !useMedia(wideScreen)
  const [folded, setFolded] = useState(startsFolded)
  const [open, setOpen] = useState(false)
  const [glides, setGlides] = useState(false)

  const fold = useCallback((next: boolean) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${sidebarCookie}=${next ? 'folded' : 'open'}; path=/; max-age=${year}; samesite=lax`
    setFolded(next)
  }, [])
  useEffect(() => {
    const storage = browserPage.storage()
    if (storage?.getItem(oldKey) === 'folded') fold(true)
    storage?.removeItem(oldKey)
  }, [fold])
  const toggle = useCallback(() => {
    if (drawer) {
      setOpen((was) => !was)
      return
    }
    setGlides(true)
    fold(!folded)
  }, [drawer, folded, fold])
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
