'use client'
import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { type Slug, sections } from './sections'

export const headingId = 'settings-heading'

/** A part of Settings: its name, what it is for, and on a phone the way back to the list. */
export function Section({ slug, words, children }: { slug: Slug; words?: string; children: ReactNode }) {
  const name = sections.find((each) => each.slug === slug)?.name ?? ''
  return (
    <section aria-label={name}>
      <title>{`${name} · Settings · Rill`}</title>
      <Link
        href="/settings"
        className="-ms-1.5 mb-2 inline-flex h-9 items-center gap-1 rounded-small pe-2 text-accent text-small touch:h-11 md:hidden"
      >
        <ChevronLeft size={18} aria-hidden="true" />
        Settings
      </Link>
      <h1 id={headingId} tabIndex={-1} className="font-strong text-title outline-none md:text-lead">
        {name}
      </h1>
      {words ? <p className="mt-1 max-w-measure text-pretty text-ink-quiet text-small">{words}</p> : null}
      <div className="mt-6">{children}</div>
    </section>
  )
}

/** A group of settings within a part. */
export function Group({ title, words, children }: { title: string; words?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="font-strong text-small">{title}</h2>
      {words ? <p className="mt-0.5 max-w-measure text-pretty text-ink-quiet text-small">{words}</p> : null}
      <div className="mt-2">{children}</div>
    </section>
  )
}
