'use client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { useMedia, wideScreen } from '@/components/ui/use-media'
import { browserEnvironment } from '@/lib/client/transport/browser-environment'
import { sidebarCookie } from './sidebar-cookie'

interface SidebarState {
  /** Whether it is a drawer over the page, on a narrow screen, rather than beside it. */
  drawer: boolean
  shown: boolean
  /** Whether it is collapsed on wide screens. */
  collapsed: boolean
  /** Whether it animates. Starts with the first toggle, so that the first render doesn't. */
  animated: boolean
  toggle(): void
  /** Closes the drawer for a navigation, which replaces the drawer's history entry. */
  close(): void
  /** Closes the drawer without a navigation. */
  dismiss(): void
}

const SidebarContext = createContext<SidebarState | null>(null)

const YEAR_SECONDS = 365 * 24 * 60 * 60
/** The localStorage key of earlier versions. */
const oldKey = 'rill.sidebar'

/** A collapsed sidebar stays collapsed; the drawer always starts closed. */
export function SidebarProvider({
  initiallyCollapsed,
  children,
}: {
  initiallyCollapsed: boolean
  children: ReactNode
}) {
  const drawer = !useMedia(wideScreen)
  const [collapsed, setCollapsed] = useState(initiallyCollapsed)
  const [open, setOpen] = useState(false)
  const [animated, setAnimated] = useState(false)

  const saveCollapsed = useCallback((next: boolean) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${sidebarCookie}=${next ? 'folded' : 'open'}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`
    setCollapsed(next)
  }, [])
  useEffect(() => {
    const storage = browserEnvironment.storage()
    if (storage?.getItem(oldKey) === 'folded') saveCollapsed(true)
    storage?.removeItem(oldKey)
  }, [saveCollapsed])
  /** The drawer's entry is being left, which takes until `popstate`: going back twice would leave the page. */
  const leaving = useRef(false)
  const close = useCallback(() => {
    leaving.current = false
    setOpen(false)
  }, [])
  // An open drawer has a history entry, so that Back closes it.
  useEffect(() => {
    window.addEventListener('popstate', close)
    return () => window.removeEventListener('popstate', close)
  }, [close])
  const dismiss = useCallback(() => {
    if (leaving.current) return
    leaving.current = Boolean(window.history.state?.drawer)
    if (leaving.current) window.history.back()
    else close()
  }, [close])
  const toggle = useCallback(() => {
    if (drawer && open) dismiss()
    else if (drawer) {
      window.history.pushState({ drawer: true }, '')
      setOpen(true)
    } else {
      setAnimated(true)
      saveCollapsed(!collapsed)
    }
  }, [drawer, open, collapsed, saveCollapsed, dismiss])

  const state = useMemo(
    () => ({ drawer, shown: drawer ? open : !collapsed, collapsed, animated, toggle, close, dismiss }),
    [drawer, open, collapsed, animated, toggle, close, dismiss],
  )
  return <SidebarContext value={state}>{children}</SidebarContext>
}

export function useSidebar(): SidebarState {
  const state = useContext(SidebarContext)
  if (!state) throw new Error('useSidebar needs a SidebarProvider above it')
  return state
}
