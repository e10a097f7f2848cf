'use client'
import { type RefObject, useEffect, useReducer, useState } from 'react'
import type { Code } from '@/lib/markdown/tree'
import { whenNearViewport } from '../offscreen/when-near-viewport'
import { CodeHighlighting } from './code-highlighting'
import { grammarOf } from './languages'

/** The colours of a piece of code, once it has been near the screen; null before, and where its language is not known. */
export function useHighlighting(
  code: Code,
  language: string,
  element: RefObject<HTMLElement | null>,
  growing: boolean,
): CodeHighlighting | null {
  const [highlighting, setHighlighting] = useState<CodeHighlighting | null>(null)
  const [, changed] = useReducer((changes: number) => changes + 1, 0)
  const grammar = grammarOf(language)
  useEffect(() => {
    if (!grammar) return
    let made: CodeHighlighting | null = null
    const lookAway = whenNearViewport(element.current, () => {
      made = new CodeHighlighting(code, grammar, changed)
      setHighlighting(made)
    })
    return () => {
      lookAway()
      made?.dispose()
    }
  }, [code, grammar, element])
  // After each rendering: the code may have grown, and it is the same object.
  useEffect(() => highlighting?.rendered(growing))
  return highlighting
}
