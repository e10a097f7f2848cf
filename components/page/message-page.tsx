'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Header } from './header'

/** A page with only a message and a link to a new conversation. */
export function MessagePage({ title, message, children }: { title: string; message: string; children?: ReactNode }) {
  return (
    <>
      <title>{`${title} · Rill`}</title>
      <Header title="" />
      <div className="gutter flex grow flex-col justify-center pb-24">
        <div className="column">
          <h1 className="font-strong text-lead">{title}</h1>
          <p className="mt-2 max-w-measure text-ink-quiet">{message}</p>
          <div className="mt-6 flex items-center gap-4">
            {children}
            <Link
              href="/"
              className="inline-flex touch:min-h-11 items-center text-accent text-small underline underline-offset-3"
            >
              Start a new conversation
            </Link>
          </div>
        </div>
      </div>
    </>
  )
}
