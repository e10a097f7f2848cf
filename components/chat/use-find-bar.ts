'use client'
import { useEffect, useState } from 'react'
import { isCommand } from '@/components/ui/keys'
import { lazily } from '@/components/ui/lazily'

const findBar = lazily(() => import('./find-bar').then((module) => module.FindBar))

const closed = { place: '', open: false, selected: '' }

export type FindBarState = ReturnType<typeof useFindBar>

/**
 * The search in a conversation, closed again when another `place` comes on screen. Ctrl or ⌘ with F opens it where the
 * browser's own search would not see everything, filled with what is selected; once more, and the browser's opens.
 */
export function useFindBar(place: string, wanted: boolean) {
  const [state, setState] = useState(closed)
  // Without its code, the browser's own search opens.
  const { component } = findBar.useIt(wanted)
  const ready = component !== null
  useEffect(() => {
    if (!ready) return
    const onKey = (event: KeyboardEvent) => {
      if (!isCommand(event) || event.shiftKey || event.key.toLowerCase() !== 'f') return
      if (document.activeElement?.closest('search') || !isSomeAway()) return
      event.preventDefault()
      setState({ place, open: true, selected: document.getSelection()?.toString().slice(0, 200) ?? '' })
      focusOn(document.querySelector<HTMLInputElement>(`#${boxId}`))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [ready, place])
  const { open, selected } = state.place === place ? state : closed
  return {
    component,
    open: open && ready,
    selected,
    show: () => setState({ place, open: true, selected: '' }),
    close: () => setState(closed),
  }
}

/** Marks a transcript that holds more messages than are in the page. */
export const windowedMark = 'data-windowed'

/** Whether some of the conversation's text is not in the page, or not laid out. */
function isSomeAway(): boolean {
  return document.querySelector(`[${windowedMark}], [role="log"] :is(.not-yet, [data-far])`) !== null
}

/** The id of the box that the words are typed in. */
export const boxId = 'find-in-conversation'
/** Puts the focus on the box, all of it selected. */
export const focusOn = (element: HTMLInputElement | null) => {
  element?.focus()
  element?.select()
}
