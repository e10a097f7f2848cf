'use client'
import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { useDocument } from './document-context'
import { Formula } from './formula'
import { noteId, referenceId } from './notes'
import type { Inline } from './parse/tree'
import { safeAddress } from './safety'

/** A text with its marks. There is no element here but those named below: what a model writes can make no other. */
export function Inlines({ inlines }: { inlines: Inline[] }): ReactNode {
  if (inlines.length === 1 && inlines[0]?.type === 'text') return inlines[0].text
  // A text only grows at its end, so a place in it is an identity.
  return inlines.map((inline, place) => shown(inline, place))
}

function shown(inline: Inline, key: number): ReactNode {
  switch (inline.type) {
    case 'text':
    case 'html':
      return inline.text
    case 'break':
      return <br key={key} />
    case 'code':
      return <code key={key}>{inline.text}</code>
    case 'emphasis':
      return (
        <em key={key}>
          <Inlines inlines={inline.children} />
        </em>
      )
    case 'strong':
      return (
        <strong key={key}>
          <Inlines inlines={inline.children} />
        </strong>
      )
    case 'delete':
      return (
        <del key={key}>
          <Inlines inlines={inline.children} />
        </del>
      )
    case 'math':
      return <Formula key={key} tex={inline.tex} display={inline.display} unfinished={inline.unfinished} />
    case 'reference':
      return <NoteMark key={key} label={inline.label} />
    case 'image':
      return <OutsideImage key={key} address={inline.address} alt={inline.alt} />
    case 'link':
      return (
        <OutsideLink key={key} address={inline.address} title={inline.title}>
          <Inlines inlines={inline.children} />
        </OutsideLink>
      )
  }
}

function OutsideLink({ address, title, children }: { address: string | null; title: string; children: ReactNode }) {
  const href = address === null ? undefined : safeAddress(address)
  if (href === undefined) return <span>{children}</span>
  return (
    <a href={href} title={title || undefined} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** An outside image would tell its host that it was looked at, and by whom: it opens only on a click, in a tab of its own. */
function OutsideImage({ address, alt }: { address: string | null; alt: string }) {
  const href = address === null ? undefined : safeAddress(address)
  if (href === undefined || href.startsWith('mailto:')) return <span>{alt}</span>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="outside-image">
      <ExternalLink size={14} aria-hidden="true" />
      Open image from {new URL(href).host}
      {alt ? `: ${alt}` : ''}
    </a>
  )
}

function NoteMark({ label }: { label: string }) {
  const { asked } = useDocument()
  const number = asked.numberOf(label)
  const note = asked.note(label)
  if (!note) return <sup>{number}</sup>
  return (
    <sup id={referenceId(note)}>
      <a href={`#${noteId(note)}`} aria-label={`Note ${number}`}>
        {number}
      </a>
    </sup>
  )
}
