'use client'
import { useEffect, useState } from 'react'

/** Opens with Ctrl or Cmd and F once it is ready, filled with what is selected. Once more, and the browser's own search opens. */
export function useFindBar(ready: boolean): { open: boolean; selected: string; close(): void } {
  const [shown, setShown] = useState({ open: false, selected: '' })
  useEffect(() => {
    if (!ready) return
    const onKey = (event: globalThis.KeyboardEvent) => {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
      if (!command || event.key.toLowerCase() !== 'f' || isFindBox(document.activeElement)) return
      event.preventDefault()
      setShown({ open: true, selected: document.getSelection()?.toString().slice(0, 200) ?? '' })
      focusOn(findBox())
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [ready])
  return { ...shown, close: () => setShown({ open: false, selected: '' }) }
}

/** The id of the box that the words are typed in. */
export const boxId = 'find-in-conversation'
const findBox = () => document.querySelector<HTMLInputElement>(`#${boxId}`)
/** Puts the focus on the box, all of it selected. */
export const focusOn = (element: HTMLInputElement | null) => {
  element?.focus()
  element?.select()
}
const isFindBox = (element: Element | null) => element?.id === boxId
