'use client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { useMedia, wideScreen } from '@/components/ui/use-media'
import { browserEnvironment } from '@/lib/client/transport/browser-environment'
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
  /** On the way to another page, whose entry in the history takes the place of the drawer's. */
  close(): void
  /** Closes the drawer and stays. */
  dismiss(): void
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
    const storage = browserEnvironment.storage()
    if (storage?.getItem(oldKey) === 'folded') fold(true)
    storage?.removeItem(oldKey)
  }, [fold])
  const close = useCallback(() => setOpen(false), [])
  // The open drawer is an entry of the history, so that Back closes it.
  useEffect(() => {
    window.addEventListener('popstate', close)
    return () => window.removeEventListener('popstate', close)
  }, [close])
  const dismiss = useCallback(() => {
    if (window.history.state?.drawer) window.history.back()
    else close()
  }, [close])
  const toggle = useCallback(() => {
    if (drawer && open) dismiss()
    else if (drawer) {
      window.history.pushState({ drawer: true }, '')
      setOpen(true)
    } else {
      setGlides(true)
      fold(!folded)
    }
  }, [drawer, open, folded, fold, dismiss])

  const state = useMemo(
    () => ({ drawer, shown: drawer ? open : !folded, folded, glides, toggle, close, dismiss }),
    [drawer, open, folded, glides, toggle, close, dismiss],
  )
  return <SidebarContext value={state}>{children}</SidebarContext>
}

export function useSidebar(): SidebarState {
  const state = useContext(SidebarContext)
  if (!state) throw new Error('useSidebar needs a SidebarProvider above it')
  return state
}
