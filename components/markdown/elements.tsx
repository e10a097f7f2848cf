'use client'
import { ExternalLink, Square, SquareCheck } from 'lucide-react'
import { createContext, type ReactNode, useContext } from 'react'
import type { Components } from 'react-markdown'
import { CodeBlock, reachable } from './code-block'

/** True around one item of a list, whose own list element is there already. */
export const ItemContext = createContext(false)

/**
 * How the elements of a reply are shown. Headings begin at level 3, since the page and the turn have the first two;
 * their size follows what the model wrote.
 */
export const elements: Components = {
  h1: ({ children }) => <h3 data-level="1">{children}</h3>,
  h2: ({ children }) => <h3 data-level="2">{children}</h3>,
  h3: ({ children }) => <h3 data-level="3">{children}</h3>,
  a: ({ href, children }) => (href ? <OutsideLink href={href}>{children}</OutsideLink> : <span>{children}</span>),
  img: ({ src, alt }) => <OutsideImage src={typeof src === 'string' ? src : ''} alt={alt ?? ''} />,
  pre: ({ node, children }) => {
    const code = node?.children[0]
    if (code?.type !== 'element' || code.tagName !== 'code') return <pre>{children}</pre>
    const [text] = code.children
    const names = code.properties.className
    const language = Array.isArray(names) ? String(names[0] ?? '').replace(/^language-/, '') : ''
    return <CodeBlock language={language} text={text?.type === 'text' ? text.value.replace(/\n$/, '') : ''} />
  },
  ul: ({ children }) => <List>{children}</List>,
  ol: ({ children, start }) => <List start={start ?? 1}>{children}</List>,
  table: ({ children }) => (
    <section className="table-scroller" aria-label="Table" {...reachable}>
      <table>{children}</table>
    </section>
  ),
  input: ({ checked }) =>
    checked ? (
      <SquareCheck size={16} role="img" aria-label="Done" className="task" />
    ) : (
      <Square size={16} role="img" aria-label="Not done" className="task" />
    ),
}

function List({ start, children }: { start?: number; children: ReactNode }) {
  const isOutermost = useContext(ItemContext)
  if (isOutermost) return <ItemContext value={false}>{children}</ItemContext>
  return start === undefined ? <ul>{children}</ul> : <ol start={start}>{children}</ol>
}

function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** An outside image would tell its host that it was looked at, and by whom: it opens only on a click, in a tab of its own. */
function OutsideImage({ src, alt }: { src: string; alt: string }) {
  if (!URL.canParse(src)) return <span>{alt}</span>
  const { host } = new URL(src)
  return (
    <a href={src} target="_blank" rel="noopener noreferrer" className="outside-image">
      <ExternalLink size={14} aria-hidden="true" />
      Open image from {host}
      {alt ? `: ${alt}` : ''}
    </a>
  )
}
