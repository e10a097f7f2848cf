import { CHUNK_SIZES, ChunkedList } from '../chunked-list'
import { unescaped } from '../inlines/characters'
import { mathStart } from '../math/math-block'
import type {
  Code,
  Container,
  Details,
  Footnote,
  Heading,
  Html,
  Item,
  Leaf,
  List,
  MathBlock,
  NewBlock,
  Quote,
  Summary,
  ThematicBreak,
} from '../tree'
import { consumeQuoteMarker } from './continue'
import { detailsStart, summaryStartIn } from './details'
import { htmlStart } from './html-block'
import type { Line } from './line'

export type BlockStart =
  | NewBlock<Quote>
  | NewBlock<Item & { list: NewBlock<List> }>
  | NewBlock<Footnote>
  | NewBlock<Heading>
  | NewBlock<Code>
  | NewBlock<Html>
  | NewBlock<ThematicBreak>
  | NewBlock<MathBlock>
  | NewBlock<Details>
  | NewBlock<Summary>

const special = /^[#`~*+_=<>0-9-$\\[]/
const atxHeading = /^(#{1,6})(?:[ \t]+|$)/
/** A single `#` without a space may be a hashtag. */
const tightHeading = /^(#{2,6})(?=[\p{L}\p{N}\p{Extended_Pictographic}*【《「『“"(（])/u
const fence = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/
const thematicBreak = /^(?:\*[ \t]*){3,}$|^(?:_[ \t]*){3,}$|^(?:-[ \t]*){3,}$/
const footnoteMarker = /^\[\^([^\]\s[]+)\]:[ \t]*/
const bullet = /^[*+-](?=[ \t]|$)/
const number = /^(\d{1,9})([.)])(?=[ \t]|$)/
export const setextUnderline = /^(?:=+|-{4,})[ \t]*$/
const sentenceEnd = /[.!?:;,…。！？：；，、]$/

/**
 * Whether a line under a paragraph is a setext underline. Dashes count as one only under a single line that is no
 * sentence and not longer than they are; else they are a thematic break.
 */
export function isSetextUnderline(line: string, above: string[]): boolean {
  const [first = '', ...further] = above
  const text = first.trim()
  if (line.startsWith('=')) return true
  return further.length === 0 && !sentenceEnd.test(text) && line.trimEnd().length >= text.length - 1
}

/** The block that starts at the current offset, with its marker consumed; null for text. */
export function blockStartAt(line: Line, container: Container | Leaf, inParagraph: boolean): BlockStart | null {
  if (line.isIndented) return indentedCode(line, inParagraph)
  const { content } = line
  if (!special.test(content)) return null
  if (consumeQuoteMarker(line)) return { type: 'quote', children: new ChunkedList(CHUNK_SIZES.blocks) }
  return (
    heading(line, content) ??
    fenced(line, content) ??
    detailsStart(line, content) ??
    summaryStartIn(line, content, container) ??
    html(content, inParagraph) ??
    (thematicBreak.test(content) ? thematicBreakStart(line) : null) ??
    item(line, content, container) ??
    footnoteStart(line, content) ??
    math(line, content)
  )
}

function indentedCode(line: Line, inParagraph: boolean): NewBlock<Code> | null {
  if (inParagraph || line.isBlank) return null
  line.advanceColumns(4)
  return { type: 'code', fence: null, info: '', lines: new ChunkedList(CHUNK_SIZES.lines), openInnerFences: 0 }
}

function heading(line: Line, rest: string): NewBlock<Heading> | null {
  if (!rest.startsWith('#')) return null
  const spaced = atxHeading.exec(rest)
  const found = spaced ?? tightHeading.exec(rest)
  if (!found) return null
  const inner = rest.slice(found[0].length).trim()
  const text = spaced ? withoutClosing(inner) : withoutMark(inner, found[0])
  line.skipToEnd()
  return { type: 'heading', level: (found[1] ?? '').length, lines: [text], parsed: null }
}

/** A heading's text without a closing sequence of `#`. */
function withoutClosing(text: string): string {
  let end = text.length
  while (text[end - 1] === '#') end--
  return end === 0 || /[ \t]/.test(text[end - 1] ?? '') ? text.slice(0, end).trimEnd() : text
}

/** A tight heading's text without a closing sequence that equals the opening one. */
function withoutMark(text: string, mark: string): string {
  return text.endsWith(mark) && !text.endsWith(`#${mark}`)
    ? text.slice(0, -mark.length).trimEnd()
    : withoutClosing(text)
}

function fenced(line: Line, rest: string): NewBlock<Code> | null {
  const found = fence.exec(rest)
  if (!found) return null
  const opening = found[1] ?? found[3] ?? ''
  const indent = line.indent
  line.skipToEnd()
  return {
    type: 'code',
    fence: { mark: opening.slice(0, 1), length: opening.length, indent },
    info: unescaped((found[2] ?? found[4] ?? '').trim()),
    lines: new ChunkedList(CHUNK_SIZES.lines),
    openInnerFences: 0,
  }
}

function html(rest: string, inParagraph: boolean): NewBlock<Html> | null {
  const kind = htmlStart(rest, inParagraph)
  return kind ? { type: 'html', end: kind.end, lines: new ChunkedList(CHUNK_SIZES.lines) } : null
}

function thematicBreakStart(line: Line): NewBlock<ThematicBreak> {
  line.skipToEnd()
  return { type: 'thematic-break' }
}

function item(line: Line, rest: string, container: Container | Leaf): BlockStart | null {
  const numbered = number.exec(rest)
  const mark = numbered?.[0] ?? bullet.exec(rest)?.[0]
  if (mark === undefined) return null
  const start = Number(numbered?.[1] ?? 1)
  const isEmpty = rest.slice(mark.length).trim() === ''
  if (container.type === 'paragraph' && (isEmpty || (numbered && start !== 1))) return null
  const outer = line.indent
  line.skipIndent()
  line.advance(mark.length)
  const { column } = line
  const after = line.save()
  do line.advanceColumns(1)
  while (line.column - column < 5 && isGap(line))
  const width = line.column - column
  const padding = width >= 5 || width < 1 || line.isBlank ? 1 : width
  if (padding === 1) {
    line.restore(after)
    if (isGap(line)) line.advanceColumns(1)
  }
  const list: NewBlock<List> = {
    type: 'list',
    children: new ChunkedList(CHUNK_SIZES.items),
    ordered: numbered !== null,
    start,
    marker: numbered?.[2] ?? mark,
    loose: false,
  }
  return {
    type: 'item',
    children: new ChunkedList(CHUNK_SIZES.blocks),
    indent: outer + mark.length + padding,
    checked: null,
    list,
  }
}

function isGap(line: Line): boolean {
  const character = line.text[line.offset]
  return character === ' ' || character === '\t'
}

function footnoteStart(line: Line, rest: string): NewBlock<Footnote> | null {
  const found = footnoteMarker.exec(rest)
  if (!found) return null
  line.skipIndent()
  line.advance(found[0].length)
  return { type: 'footnote', label: found[1] ?? '', children: new ChunkedList(CHUNK_SIZES.blocks) }
}

function math(line: Line, rest: string): NewBlock<MathBlock> | null {
  const found = mathStart(rest)
  if (!found) return null
  line.skipIndent()
  return { type: 'math', fence: found, lines: [], closed: false }
}
