'use client'
import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { type Slug, sections } from './sections'

export const headingId = 'settings-heading'

/** A section of Settings. On a phone it links back to the list of sections. */
export function Section({ slug, description, children }: { slug: Slug; description?: string; children: ReactNode }) {
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
      {description ? <p className="mt-1 max-w-measure text-pretty text-ink-quiet text-small">{description}</p> : null}
      <div className="mt-6">{children}</div>
    </section>
  )
}

/** A titled group of settings within a section. */
export function Group({ title, description, children }: { title: string; description?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="font-strong text-small">{title}</h2>
      {description ? <p className="mt-0.5 max-w-measure text-pretty text-ink-quiet text-small">{description}</p> : null}
      <div className="mt-2">{children}</div>
    </section>
  )
}
