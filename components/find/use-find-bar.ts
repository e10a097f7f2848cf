'use client'
import { useEffect, useState } from 'react'
import { isCommand } from '@/components/ui/keys'
import { findEvent } from './open-find'

const closed = { open: false, selected: '' }

/**
 * Whether the search of a conversation is open, once it is ready. Ctrl or ⌘ with F opens it where the browser's own would
 * not see everything, filled with what is selected; once more, and the browser's opens.
 */
export function useFindBar(ready: boolean) {
  const [state, setState] = useState(closed)
  useEffect(() => {
    const onAsked = () => setState({ open: true, selected: '' })
    const onKey = (event: KeyboardEvent) => {
      if (!ready || !isCommand(event) || event.shiftKey || event.key.toLowerCase() !== 'f') return
      if (document.activeElement?.closest('search') || !isSomeAway()) return
      event.preventDefault()
      setState({ open: true, selected: document.getSelection()?.toString().slice(0, 200) ?? '' })
      focusAndSelect(document.querySelector<HTMLInputElement>(`#${findBoxId}`))
    }
    document.addEventListener(findEvent, onAsked)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener(findEvent, onAsked)
      document.removeEventListener('keydown', onKey)
    }
  }, [ready])
  return { ...state, close: () => setState(closed) }
}

/** Marks a transcript that holds more messages than are in the page. */
export const windowedAttribute = 'data-windowed'

/** Whether some of the conversation's text is not in the page, or not laid out. */
function isSomeAway(): boolean {
  return document.querySelector(`[${windowedAttribute}], [role="log"] :is(.pending-chunk, [data-offscreen])`) !== null
}

/** The id of the box that the words are typed in. */
export const findBoxId = 'find-in-conversation'
/** Puts the focus on the box, all of it selected. */
export const focusAndSelect = (element: HTMLInputElement | null) => {
  element?.focus()
  element?.select()
}
