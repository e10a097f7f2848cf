'use client'
import { useState } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { Lazily } from './lazily'

const notHere = {
  id: 'popup',
  text: 'Couldn’t load this. The server may be unreachable, or Rill was updated. Try again, or reload the page.',
  tone: 'danger' as const,
}

/**
 * What a button opens, whose code is fetched when the button is pointed at. `component` is null until it was opened once:
 * the button stands alone until then.
 */
export function usePopup<Component>(popup: Lazily<Component>) {
  const [open, setOpen] = useState<boolean | null>(null)
  const { component } = popup.useIt(false)
  const notify = useConversations((state) => state.notify)
  const dismiss = useConversations((state) => state.dismiss)
  const shown = open === null ? null : component
  async function openFirst(): Promise<void> {
    dismiss(notHere.id)
    setOpen(true)
    if (await popup.want()) return
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
      onPointerEnter: popup.want,
      onClick: shown ? undefined : () => void openFirst(),
    },
  }
}
