'use client'
import { useEffect, useReducer, useRef } from 'react'

/**
 * Moves the focus when the focused element goes away, e.g. a saved form: to the first element in `container` that matches a
 * selector, as soon as one is rendered.
 */
export function useFocusAfter<Container extends HTMLElement>() {
  const container = useRef<Container>(null)
  const selector = useRef<string | null>(null)
  // Forces a render here, because the removal may only render a child.
  const [, render] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (selector.current === null) return
    const found = container.current?.querySelector<HTMLElement>(selector.current)
    if (!found) return
    selector.current = null
    found.focus()
  })
  const focusAfter = (next: string) => {
    selector.current = next
    render()
  }
  return { container, focusAfter }
}
