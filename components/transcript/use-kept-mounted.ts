'use client'
import { useEffect, useMemo, useState } from 'react'
import type { ShownTurn } from '@/lib/client/state/selectors'

/** Holds the key of a turn on its element. */
export const turnAttribute = 'data-turn'

/** The indexes of turns that hold the focus or an end of the selection, which unmounting them would lose. */
export function useKeptMounted(turns: ShownTurn[]): number[] {
  const [joinedKeys, setJoinedKeys] = useState('')
  useEffect(() => {
    const update = () => setJoinedKeys([...new Set(keysInUse())].join(' '))
    const controller = new AbortController()
    const { signal } = controller
    for (const type of ['selectionchange', 'focusin', 'focusout']) document.addEventListener(type, update, { signal })
    return () => controller.abort()
  }, [])
  return useMemo(() => {
    const keys = joinedKeys.split(' ')
    return turns.flatMap(({ key }, index) => (keys.includes(key) ? index : []))
  }, [turns, joinedKeys])
}

function keysInUse(): string[] {
  const selection = document.getSelection()
  const ends = selection && !selection.isCollapsed ? [selection.anchorNode, selection.focusNode] : []
  return [document.activeElement, ...ends].flatMap((node) => {
    const element = node instanceof Element ? node : node?.parentElement
    return element?.closest(`[${turnAttribute}]`)?.getAttribute(turnAttribute) ?? []
  })
}
