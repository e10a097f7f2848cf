'use client'
import { useEffect } from 'react'
import { lazily } from './lazily'

const tooltips = lazily(() => import('./tooltips').then((module) => module.Tooltips))

/** The tooltips, once a mouse or a keyboard is used. */
export function LazyTooltips() {
  const { component: Tooltips } = tooltips.useIt(false)
  useEffect(() => {
    for (const name of ['pointermove', 'keydown']) document.addEventListener(name, tooltips.want, { once: true })
  }, [])
  return Tooltips ? <Tooltips /> : null
}
