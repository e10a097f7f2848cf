'use client'
import type { ReactNode } from 'react'
import { Header } from './header'

/**
 * A page other than the chat: a column that scrolls. The scroller is positioned, so that absolutely positioned content,
 * e.g. text for screen readers, can't make the document scroll.
 */
export function Page({
  title,
  className = '',
  children,
}: {
  /** Omitted if the content renders its own title. */
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
