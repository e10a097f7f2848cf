'use client'
import { type RefObject, useEffect, useReducer, useState } from 'react'
import type { Code } from '@/lib/markdown/tree'
import { whenNear } from '../offscreen/near'
import { grammarOf } from './languages'
import { Painting } from './painting'

/** The colours of a piece of code, once it has been near the screen; null before, and where its language is not known. */
export function usePainting(
  code: Code,
  language: string,
  element: RefObject<HTMLElement | null>,
  growing: boolean,
): Painting | null {
  const [painting, setPainting] = useState<Painting | null>(null)
  const [, changed] = useReducer((changes: number) => changes + 1, 0)
  const grammar = grammarOf(language)
  useEffect(() => {
    if (!grammar) return
    let made: Painting | null = null
    const lookAway = whenNear(element.current, () => {
      made = new Painting(code, grammar, changed)
      setPainting(made)
    })
    return () => {
      lookAway()
      made?.forget()
    }
  }, [code, grammar, element])
  // After each rendering: the code may have grown, and it is the same object.
  useEffect(() => painting?.shown(growing))
  return painting
}
