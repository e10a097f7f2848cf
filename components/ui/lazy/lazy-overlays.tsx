'use client'
import { type ComponentProps, useEffect } from 'react'
import { useConversations } from '@/lib/client/state/context'
import type { Notices } from '../notices'
import { lazyComponent } from './lazy-component'

const tooltips = lazyComponent(() => import('../tooltips').then((module) => module.Tooltips))
const notices = lazyComponent(() => import('../notices').then((module) => module.Notices))

/** Loads the tooltips on the first input. */
export function LazyTooltips() {
  const { component: Tooltips } = tooltips.useComponent(false)
  useOnFirstInput(tooltips.preload)
  return Tooltips ? <Tooltips /> : null
}

/** Loads the notices on the first input, or with the first notice. */
export function LazyNotices(props: ComponentProps<typeof Notices>) {
  const hasNotices = useConversations((state) => state.notices.length > 0)
  const { component: Notices } = notices.useComponent(hasNotices)
  useOnFirstInput(notices.preload)
  return Notices ? <Notices {...props} /> : null
}

function useOnFirstInput(callback: () => void): void {
  useEffect(() => {
    const controller = new AbortController()
    for (const type of ['pointermove', 'pointerdown', 'keydown'])
      document.addEventListener(type, callback, { once: true, signal: controller.signal })
    return () => controller.abort()
  }, [callback])
}
