'use client'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { LazyComponent } from './lazy-component'

/** How long a touch screen waits before it loads the code, so that the page loads first. */
const TOUCH_PRELOAD_DELAY_MS = 2000

const loadFailed = {
  id: 'popup',
  text: 'Couldn’t load this. The server may be unreachable, or Rill was updated. Try again, or reload the page.',
  tone: 'danger' as const,
}

/**
 * A popup whose code loads when the pointer enters its button; on touch screens, after a delay. `component` is null until
 * the popup was opened once; until then the caller renders the button alone, with `props`.
 */
export function usePopup<Component>(popup: LazyComponent<Component>) {
  const [open, setOpen] = useState<boolean | null>(null)
  const { preload, useComponent } = popup
  const { component: loaded } = useComponent(false)
  const notify = useConversations((state) => state.notify)
  const dismiss = useConversations((state) => state.dismiss)
  useEffect(() => {
    if (window.matchMedia('(hover: hover)').matches) return
    const timer = setTimeout(preload, TOUCH_PRELOAD_DELAY_MS)
    return () => clearTimeout(timer)
  }, [preload])
  const component = open === null ? null : loaded
  async function openFirst(): Promise<void> {
    dismiss(loadFailed.id)
    setOpen(true)
    if (await preload()) return
    // Otherwise a later download would open it unasked.
    setOpen(null)
    notify(loadFailed)
  }
  return {
    component,
    open: open ?? false,
    setOpen,
    /** Props of the button. */
    props: {
      'aria-expanded': component !== null && open === true,
      onPointerEnter: preload,
      onClick: component ? undefined : () => void openFirst(),
    },
  }
}
