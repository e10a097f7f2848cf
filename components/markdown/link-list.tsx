'use client'
import { memo } from 'react'
import type { LinkDefinitions } from '@/lib/markdown/tree'
import { useDocument } from './document-context'
import { safeUrl } from './safe-url'

/** The link definitions that nothing refers to, as under “Sources”: they were written to be read. */
export const LinkList = memo(function LinkList({ links }: { links: LinkDefinitions; version: number }) {
  const shown = useDocument().unreferencedDefinitions(links)
  if (shown.length === 0) return null
  return (
    <ul className="link-list">
      {shown.map(({ label, url, title }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a label may be defined twice.
        <li key={index} dir="auto">
          <Target label={label} url={url} title={title} />
        </li>
      ))}
    </ul>
  )
})

/** A definition that is no link, like a line of a dialogue, stays as it was written. */
function Target({ label, url, title }: LinkDefinitions['definitions'][number]) {
  const href = safeUrl(url)
  if (!href) return `[${label}]: ${url}${title && ` "${title}"`}`
  return (
    <>
      <span>[{label}]</span>{' '}
      <a href={href} target="_blank" rel="noopener noreferrer">
        {title ? `${title} (${url})` : url}
      </a>
    </>
  )
}
