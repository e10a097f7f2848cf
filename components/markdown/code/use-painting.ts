'use client'
import { type RefObject, useEffect, useReducer, useState } from 'react'
import type { Code } from '../parse/tree'
import { grammarOf } from './languages'
import { Painting } from './painting'

/** Code further away than this is coloured when it comes near. */
const near = '1000px'

/** The colours of a piece of code, once it has been near the screen; null before, and where its language is not known. */
export function usePainting(code: Code, language: string, element: RefObject<HTMLElement | null>): Painting | null {
  const [painting, setPainting] = useState<Painting | null>(null)
  const [, changed] = useReducer((count: number) => count + 1, 0)
  const grammar = grammarOf(language)
  useEffect(() => {
    if (!grammar) return
    let wanted = true
    let made: Painting | null = null
    const forget = whenNear(element.current, () => {
      import('./highlighter')
        .then(({ painterFor }) => painterFor(grammar))
        .then((painter) => {
          if (!wanted) return
          made = new Painting(code, painter, changed)
          setPainting(made)
        })
        .catch(() => {
          // Code is readable without colours.
        })
    })
    return () => {
      wanted = false
      forget()
      made?.stop()
    }
  }, [code, grammar, element])
  return painting
}

function whenNear(element: HTMLElement | null, run: () => void): () => void {
  if (!element || !('IntersectionObserver' in window)) return () => {}
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      observer.disconnect()
      run()
    },
    // A margin counts only around what scrolls.
    { root: element.closest('[role="log"]'), rootMargin: near },
  )
  observer.observe(element)
  return () => observer.disconnect()
}
