'use client'
import type { ReactNode } from 'react'
import { Header } from './header'

/**
 * A page beside the chat: a column that scrolls. What stands in it absolutely, e.g. words for screen readers alone,
 * belongs to what scrolls; otherwise the document would scroll too.
 */
export function Page({
  title,
  className = '',
  children,
}: {
  /** Left out where what is in the page has titles of its own. */
  title?: string
  className?: string
  children: ReactNode
}) {
  return (
    <>
      {title ? <title>{`${title} · Rill`}</title> : null}
      <Header title="" />
      <div className="relative min-h-0 flex-1 scrolls">
        <div className={`column pt-4 pb-24 ${className}`}>{children}</div>
      </div>
    </>
  )
}
