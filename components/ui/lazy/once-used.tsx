'use client'
import { type ComponentProps, useEffect } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { Notices } from '../notices'
import { lazily } from './lazily'

const tooltips = lazily(() => import('../tooltips').then((module) => module.Tooltips))
const notices = lazily(() => import('../notices').then((module) => module.Notices))

/** The tooltips, once the page is used. */
export function LazyTooltips() {
  const { component: Tooltips } = tooltips.useIt(false)
  useOnceUsed(tooltips.want)
  return Tooltips ? <Tooltips /> : null
}

/** The notices, once the page is used: most tell what became of that. */
export function LazyNotices(props: ComponentProps<typeof Notices>) {
  const isNeeded = useConversations((state) => state.notices.length > 0)
  const { component: Notices } = notices.useIt(isNeeded)
  useOnceUsed(notices.want)
  return Notices ? <Notices {...props} /> : null
}

function useOnceUsed(work: () => void): void {
  useEffect(() => {
    const listening = new AbortController()
    for (const type of ['pointermove', 'pointerdown', 'keydown'])
      document.addEventListener(type, work, { once: true, signal: listening.signal })
    return () => listening.abort()
  }, [work])
}
