'use client'
import { useEffect, useMemo, useState } from 'react'
import type { ShownTurn } from '@/lib/client/state/selectors'

/** What marks the element of a turn that is mounted only near the sight. */
export const turnAttribute = 'data-turn'

/**
 * The places of the turns that the person has something in: the focus, or an end of what is selected. They stay mounted
 * wherever they are, or it would be lost.
 */
export function useKeptMounted(turns: ShownTurn[]): number[] {
  const [keys, setKeys] = useState('')
  useEffect(() => {
    const look = () => setKeys([...new Set(heldNow())].join(' '))
    const listening = new AbortController()
    for (const type of ['selectionchange', 'focusin', 'focusout'])
      document.addEventListener(type, look, { signal: listening.signal })
    return () => listening.abort()
  }, [])
  return useMemo(() => {
    const held = keys.split(' ')
    return turns.flatMap(({ key }, place) => (held.includes(key) ? place : []))
  }, [turns, keys])
}

function heldNow(): string[] {
  const selection = document.getSelection()
  const ends = selection && !selection.isCollapsed ? [selection.anchorNode, selection.focusNode] : []
  return [document.activeElement, ...ends].flatMap((node) => {
    const element = node instanceof Element ? node : node?.parentElement
    return element?.closest(`[${turnAttribute}]`)?.getAttribute(turnAttribute) ?? []
  })
}
