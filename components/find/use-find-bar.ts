'use client'
import { useEffect, useState } from 'react'
import { isCommand } from '@/components/ui/keys'
import { openFindEvent } from './open-find'

const closed = { open: false, selected: '' }

/**
 * Opens and closes the find bar. Ctrl or ⌘ with F opens it, filled with the selection, where the browser's own search
 * would miss text that isn't rendered; pressed again, it opens the browser's.
 * @param ready whether the code of the find bar is loaded
 */
export function useFindBar(ready: boolean) {
  const [state, setState] = useState(closed)
  useEffect(() => {
    const onOpen = () => setState({ open: true, selected: '' })
    const onKeyDown = (event: KeyboardEvent) => {
      if (!ready || !isCommand(event) || event.shiftKey || event.key.toLowerCase() !== 'f') return
      if (document.activeElement?.closest('search') || !hasUnrenderedText()) return
      event.preventDefault()
      setState({ open: true, selected: document.getSelection()?.toString().slice(0, 200) ?? '' })
      focusAndSelect(document.querySelector<HTMLInputElement>(`#${findInputId}`))
    }
    document.addEventListener(openFindEvent, onOpen)
    document.addEventListener('keydown', onKeyDown)
    return () => {
      document.removeEventListener(openFindEvent, onOpen)
      document.removeEventListener('keydown', onKeyDown)
    }
  }, [ready])
  return { ...state, close: () => setState(closed) }
}

/** Marks a transcript of which only some messages are mounted. */
export const windowedAttribute = 'data-windowed'

/** Whether some text of the conversation isn't mounted or has no layout. */
function hasUnrenderedText(): boolean {
  return document.querySelector(`[${windowedAttribute}], [role="log"] :is(.pending-chunk, [data-offscreen])`) !== null
}

export const findInputId = 'find-in-conversation'

export function focusAndSelect(element: HTMLInputElement | null): void {
  element?.focus()
  element?.select()
}
