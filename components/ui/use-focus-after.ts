'use client'
import { useEffect, useReducer, useRef } from 'react'

/**
 * Moves the focus on when what had it goes away, e.g. a form that was saved: to the first element in `container` that
 * matches a selector, as soon as there is one.
 */
export function useFocusAfter<Container extends HTMLElement>() {
  const container = useRef<Container>(null)
  const wanted = useRef<string | null>(null)
  // What goes away may be within a child, and then nothing here would render.
  const [, render] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (wanted.current === null) return
    const found = container.current?.querySelector<HTMLElement>(wanted.current)
    if (!found) return
    wanted.current = null
    found.focus()
  })
  const focusAfter = (selector: string) => {
    wanted.current = selector
    render()
  }
  return { container, focusAfter }
}
