'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Header } from './header'

/** A page that has only something to say, and a way on. */
export function MessagePage({ title, words, children }: { title: string; words: string; children?: ReactNode }) {
  return (
    <>
      <title>{`${title} · Rill`}</title>
      <Header title="" />
      <div className="gutter flex grow flex-col justify-center pb-24">
        <div className="column">
          <h1 className="font-strong text-lead">{title}</h1>
          <p className="mt-2 max-w-measure text-ink-quiet">{words}</p>
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
