'use client'
import { type RefObject, useEffect, useReducer, useState } from 'react'
import type { Code } from '@/lib/markdown/tree'
import { whenNearViewport } from '../offscreen/when-near-viewport'
import { CodeHighlighting } from './code-highlighting'
import { grammarOf } from './languages'

/** The colors of a code block; null until it has been near the viewport, and for unknown languages. */
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
    let created: CodeHighlighting | null = null
    const cancel = whenNearViewport(element.current, () => {
      created = new CodeHighlighting(code, grammar, changed)
      setHighlighting(created)
    })
    return () => {
      cancel()
      created?.dispose()
    }
  }, [code, grammar, element])
  // Runs after each render, since the code grows in place.
  useEffect(() => highlighting?.rendered(growing))
  return highlighting
}
