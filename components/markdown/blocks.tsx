'use client'
import { Square, SquareCheck } from 'lucide-react'
import { createContext, memo, type ReactNode, useContext, useMemo } from 'react'
import { isAmbiguousParagraph } from '@/lib/markdown/ambiguity'
import { parsedSegments } from '@/lib/markdown/parsed-text'
import type { Block, Container, Details, Heading, Item, List, Paragraph, Quote, Summary } from '@/lib/markdown/tree'
import { type ChunkedView, Chunks, type FrameProps } from './chunks'
import { CodeBlock } from './code/code-block'
import { beginningOf, directionOf, directionOfText } from './direction'
import { RightToLeftContext, useDocument } from './document-context'
import { FormulaBlock } from './formulas/formula-block'
import { HtmlBlock } from './html-block'
import { Segments } from './inlines'
import { LinkList } from './link-list'
import { BlocksFrame, useSkipOffscreen } from './offscreen/frames'
import { estimatedHeight } from './offscreen/heights'
import { Table } from './tables/table'

/** The blocks of a container; rendered again only when its version changes. */
export const Blocks = memo(function Blocks({ container }: { container: Container; version: number }) {
  const { children } = container
  const view = useMemo(
    (): ChunkedView => ({
      list: children,
      renderEntry: (index) => viewOf(children.entries[index], index),
      estimateHeight: (index) => estimatedHeight(children.entries[index]),
      Frame: BlocksFrame,
    }),
    [children],
  )
  return <Chunks view={view} />
})

function viewOf(block: Block | undefined, index: number): ReactNode {
  return block ? <BlockView key={index} block={block} version={block.version} /> : null
}

const BlockView = memo(function BlockView({ block }: { block: Block; version: number }) {
  const growing = useDocument().growing === block
  switch (block.type) {
    case 'paragraph':
      return <ParagraphView paragraph={block} growing={growing} />
    case 'heading':
      return <HeadingView heading={block} growing={growing} />
    case 'quote':
      return <QuoteView quote={block} />
    case 'list':
      return <ListView list={block} />
    case 'item':
      return <ItemView item={block} />
    case 'code':
      return <CodeBlock code={block} version={block.version} growing={growing} />
    case 'table':
      return <Table table={block} />
    case 'math':
      return <FormulaBlock block={block} />
    case 'html':
      return <HtmlBlock block={block} growing={growing} />
    case 'thematic-break':
      return <hr />
    case 'details':
      return <DetailsView details={block} />
    case 'summary':
      return <SummaryView summary={block} growing={growing} />
    case 'link-definitions':
      return <LinkList links={block} version={block.version} />
    case 'footnote':
      return null
  }
})

type TextBlock = Paragraph | Heading | Summary

/** In a mostly right-to-left reply the first letter, which the browser goes by, isn't enough. */
function useDirection({ lines }: TextBlock) {
  return useContext(RightToLeftContext) ? directionOfText(beginningOf(lines), true) : 'auto'
}

function QuoteView({ quote }: { quote: Quote }) {
  return (
    <blockquote dir={directionOf(quote, useContext(RightToLeftContext))}>
      <Blocks container={quote} version={quote.version} />
    </blockquote>
  )
}

function SummaryView({ summary, growing }: { summary: Summary; growing: boolean }) {
  return (
    <summary dir={useDirection(summary)} data-caret={growing || undefined}>
      <BlockText block={summary} growing={growing} />
    </summary>
  )
}

function ParagraphView({ paragraph, growing }: { paragraph: Paragraph; growing: boolean }) {
  const direction = useDirection(paragraph)
  // A possible definition or table head is not shown yet.
  if (growing && isAmbiguousParagraph(paragraph.lines)) return null
  // HTML allows no lists in a `<p>`.
  const Name = paragraph.lines.some((line) => listTag.test(line)) ? 'div' : 'p'
  return (
    <Name dir={direction} className={Name === 'div' ? 'paragraph' : undefined} data-caret={growing || undefined}>
      <BlockText block={paragraph} growing={growing} />
    </Name>
  )
}

const listTag = /<[ou]l[\s>]/i

function BlockText({ block, growing }: { block: TextBlock; growing: boolean }) {
  return <Segments segments={parsedSegments(block, useDocument().references, growing)} />
}

/** A `<details>` whose end tag never came is open, so that all that follows it can be read. */
function DetailsView({ details }: { details: Details }) {
  const finished = useDocument().growing === null
  const isCut = finished && !details.closed
  return (
    <details key={String(isCut)} open={isCut || undefined}>
      {details.children.entries[0]?.type === 'summary' ? null : <summary>Details</summary>}
      <Blocks container={details} version={details.version} />
    </details>
  )
}

/**
 * Headings start at level 3, since the page and the turn have the first two; styles follow the level that the model
 * wrote.
 */
function HeadingView({ heading, growing }: { heading: Heading; growing: boolean }) {
  const Name = ({ 4: 'h4', 5: 'h5', 6: 'h6' } as const)[heading.level] ?? 'h3'
  return (
    <Name dir={useDirection(heading)} data-level={heading.level} data-caret={growing || undefined}>
      <BlockText block={heading} growing={growing} />
    </Name>
  )
}

const ListContext = createContext<List | null>(null)

function ListView({ list }: { list: List }) {
  const { children } = list
  const view = useMemo(
    (): ChunkedView => ({
      list: children,
      renderEntry: (index) => viewOf(children.entries[index], index),
      estimateHeight: (index) => estimatedHeight(children.entries[index]),
      Frame: ItemsFrame,
    }),
    [children],
  )
  return (
    <div className="list" data-loose={list.loose || undefined}>
      <ListContext value={list}>
        <Chunks view={view} />
      </ListContext>
    </div>
  )
}

/** A list continues in another element after its first chunk, so that the browser can skip that offscreen. */
function ItemsFrame({ level, chunk, full, children: items }: FrameProps) {
  const list = useContext(ListContext)
  const inRightToLeft = useContext(RightToLeftContext)
  const element = useSkipOffscreen<HTMLElement>(full && chunk > 0)
  const rest = (each: HTMLElement | null) => {
    element.current = each
  }
  if (level > 0)
    return chunk === 0 ? (
      items
    ) : (
      <div ref={rest} className="blocks">
        {items}
      </div>
    )
  const dir = list ? directionOf(list, inRightToLeft) : 'auto'
  if (!list?.ordered)
    return (
      <ul ref={rest} dir={dir}>
        {items}
      </ul>
    )
  return (
    <ol ref={rest} dir={dir} start={list.start + chunk * list.children.size}>
      {items}
    </ol>
  )
}

function ItemView({ item }: { item: Item }) {
  return (
    <li data-task={item.checked === null ? undefined : ''}>
      {item.checked === null ? null : item.checked ? (
        <SquareCheck size={16} role="img" aria-label="Done" className="task" />
      ) : (
        <Square size={16} role="img" aria-label="Not done" className="task" />
      )}
      <Blocks container={item} version={item.version} />
    </li>
  )
}
