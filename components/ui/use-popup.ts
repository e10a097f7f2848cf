'use client'
import { useState } from 'react'
import type { Lazily } from './lazily'

/**
 * What a button opens, whose code is fetched when the button is pointed at. `component` is null until it was opened once:
 * the button stands alone until then.
 */
export function usePopup<Component>(popup: Lazily<Component>) {
  const [open, setOpen] = useState<boolean | null>(null)
  const { component } = popup.useIt(open !== null)
  const shown = open === null ? null : component
  return {
    component: shown,
    open: open ?? false,
    setOpen,
    /** Of the button. */
    props: {
      'aria-expanded': shown !== null && open === true,
      onPointerEnter: popup.want,
      onClick: shown ? undefined : () => setOpen(true),
    },
  }
}
