'use client'
import { useEffect, useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { Lazily } from './lazily'

/** In milliseconds: the page itself comes first. */
const TOUCH_PREFETCH_MS = 2000

const notHere = {
  id: 'popup',
  text: 'Couldn’t load this. The server may be unreachable, or Rill was updated. Try again, or reload the page.',
  tone: 'danger' as const,
}

/**
 * What a button opens, whose code is fetched when the button is pointed at, or soon on a screen where nothing is.
 * `component` is null until it was opened once: the button stands alone until then.
 */
export function usePopup<Component>(popup: Lazily<Component>) {
  const [open, setOpen] = useState<boolean | null>(null)
  const { component } = popup.useIt(false)
  const notify = useConversations((state) => state.notify)
  const dismiss = useConversations((state) => state.dismiss)
  const { want } = popup
  useEffect(() => {
    if (window.matchMedia('(hover: hover)').matches) return
    const timer = setTimeout(want, TOUCH_PREFETCH_MS)
    return () => clearTimeout(timer)
  }, [want])
  const shown = open === null ? null : component
  async function openFirst(): Promise<void> {
    dismiss(notHere.id)
    setOpen(true)
    if (await want()) return
    // It must not open by itself later, when nobody waits for it.
    setOpen(null)
    notify(notHere)
  }
  return {
    component: shown,
    open: open ?? false,
    setOpen,
    /** Of the button. */
    props: {
      'aria-expanded': shown !== null && open === true,
      onPointerEnter: want,
      onClick: shown ? undefined : () => void openFirst(),
    },
  }
}
