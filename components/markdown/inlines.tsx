'use client'
import { ExternalLink } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { FootnoteReference, Inline } from '@/lib/markdown/tree'
import { DataImage, isDataImage } from './data-image'
import { useDocument } from './document-context'
import { footnoteId, footnoteReferenceId } from './footnote-ids'
import { Formula } from './formulas/formula'
import { isolateBidi } from './isolate-bidi'
import { safeUrl } from './safe-url'

/** A long text in segments, of which only the last one changes. */
export function Segments({ segments }: { segments: Inline[][] }): ReactNode {
  // A text only grows at its end, so an index is an identity.
  return segments.map((inlines, index) => renderSegment(inlines, index))
}

/** A text's inlines. Only the elements below can be made by model output; links don't nest. */
export function Inlines({ inlines, inLink = false }: { inlines: Inline[]; inLink?: boolean }): ReactNode {
  if (inlines.length === 1 && inlines[0]?.type === 'text') return isolateBidi(inlines[0].text)
  // A text only grows at its end, so an index is an identity.
  return inlines.map((inline, index) => renderInline(inline, index, inLink))
}

function renderSegment(inlines: Inline[], key: number): ReactNode {
  return <Segment key={key} inlines={inlines} />
}

const Segment = memo(Inlines)

function renderInline(inline: Inline, key: number, inLink: boolean): ReactNode {
  switch (inline.type) {
    case 'text':
      return isolateBidi(inline.text)
    case 'html':
      return inline.text
    case 'break':
      return <br key={key} />
    case 'code':
      // Code is an isolate that runs from left to right in any text.
      return (
        <code key={key} dir="ltr">
          {inline.text}
        </code>
      )
    case 'emphasis':
      return (
        <em key={key}>
          <Inlines inlines={inline.children} inLink={inLink} />
        </em>
      )
    case 'strong':
      return (
        <strong key={key}>
          <Inlines inlines={inline.children} inLink={inLink} />
        </strong>
      )
    case 'delete':
      return (
        <del key={key}>
          <Inlines inlines={inline.children} inLink={inLink} />
        </del>
      )
    case 'element': {
      const Name = inline.name
      return (
        <Name key={key}>
          <Inlines inlines={inline.children} inLink={inLink} />
        </Name>
      )
    }
    case 'math':
      return <Formula key={key} tex={inline.tex} display={inline.display} unfinished={inline.unfinished} />
    case 'footnote-reference':
      return <FootnoteMark key={key} mark={inline} inLink={inLink} />
    case 'image':
      if (inline.url !== null && isDataImage(inline.url))
        return <DataImage key={key} url={inline.url} alt={inline.alt} />
      return inLink ? inline.alt || 'image' : <ExternalImageLink key={key} url={inline.url} alt={inline.alt} />
    case 'link':
      return <ExternalLinkView key={key} link={inline} inLink={inLink} />
  }
}

function ExternalLinkView({ link, inLink }: { link: Extract<Inline, { type: 'link' }>; inLink: boolean }) {
  const href = link.url === null || inLink ? undefined : safeUrl(link.url)
  const isLink = href !== undefined
  const words = <Inlines inlines={link.children} inLink={inLink || isLink} />
  if (!isLink) return <span>{words}</span>
  return (
    <a href={href} title={link.title || undefined} target="_blank" rel="noopener noreferrer">
      {showsItsUrl(link) ? <bdi dir="ltr">{words}</bdi> : words}
    </a>
  )
}

/** Whether a link's text is its URL. */
function showsItsUrl({ url, children }: Extract<Inline, { type: 'link' }>): boolean {
  const [words] = children
  if (children.length !== 1 || words?.type !== 'text') return false
  return /[:.@]/.test(words.text) && url?.endsWith(words.text) === true
}

/**
 * Loading an external image would tell its host who looked at it and when, so it opens only on a click, in a new tab.
 */
function ExternalImageLink({ url, alt }: { url: string | null; alt: string }) {
  const href = url === null ? undefined : safeUrl(url)
  if (href === undefined || href.startsWith('mailto:')) return <span>{alt}</span>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="outside-image">
      <ExternalLink size={14} aria-hidden="true" />
      Open image from {new URL(href).host}
      {alt ? `: ${alt}` : ''}
    </a>
  )
}

function FootnoteMark({ mark, inLink }: { mark: FootnoteReference; inLink: boolean }) {
  const { references } = useDocument()
  const number = references.numberOf(mark.label)
  const note = references.footnote(mark.label)
  if (!note || inLink) return <sup>{number}</sup>
  return (
    <sup id={references.isFirst(mark) ? footnoteReferenceId(note) : undefined}>
      <a href={`#${footnoteId(note)}`} aria-label={`Note ${number}`}>
        {number}
      </a>
    </sup>
  )
}
