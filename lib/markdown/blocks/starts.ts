import { chunkSizes, Growing } from '../growing'
import { unescaped } from '../inlines/characters'
import { mathStart } from '../math/math-spans'
import type {
  Code,
  Container,
  Details,
  Heading,
  Html,
  Item,
  Leaf,
  List,
  MathBlock,
  New,
  Note,
  Quote,
  Rule,
  Summary,
} from '../tree'
import { takeQuoteMark } from './continue'
import { detailsStart, summaryStartIn } from './details'
import { htmlStart } from './html'
import type { Line } from './line'

export type Start =
  | New<Quote>
  | New<Item & { list: New<List> }>
  | New<Note>
  | New<Heading>
  | New<Code>
  | New<Html>
  | New<Rule>
  | New<MathBlock>
  | New<Details>
  | New<Summary>

const special = /^[#`~*+_=<>0-9-$\\[]/
const atxHeading = /^(#{1,6})(?:[ \t]+|$)/
/** Two marks or more before a word, with no space between. One alone may begin a hashtag. */
const tightHeading = /^(#{2,6})(?=[\p{L}\p{N}\p{Extended_Pictographic}*【《「『“"(（])/u
const fence = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/
const rule = /^(?:\*[ \t]*){3,}$|^(?:_[ \t]*){3,}$|^(?:-[ \t]*){3,}$/
const note = /^\[\^([^\]\s[]+)\]:[ \t]*/
const bullet = /^[*+-](?=[ \t]|$)/
const number = /^(\d{1,9})([.)])(?=[ \t]|$)/
export const setextUnderline = /^(?:=+|-{4,})[ \t]*$/
const sentenceEnd = /[.!?:;,…。！？：；，、]$/

/**
 * Whether a line under a paragraph makes a heading of it. Dashes mostly are a rule: an underline is drawn under one line,
 * as long as that, and under no sentence.
 */
export function isUnderline(line: string, above: string[]): boolean {
  const [first = '', ...further] = above
  const text = first.trim()
  if (line.startsWith('=')) return true
  return further.length === 0 && !sentenceEnd.test(text) && line.trimEnd().length >= text.length - 1
}

/** What begins at this place of a line, its mark taken off; null when it is text. */
export function startOf(line: Line, container: Container | Leaf, inParagraph: boolean): Start | null {
  if (line.isIndented) return indentedCode(line, inParagraph)
  const { rest } = line
  if (!special.test(rest)) return null
  if (takeQuoteMark(line)) return { type: 'quote', children: new Growing(chunkSizes.blocks) }
  return (
    heading(line, rest) ??
    fenced(line, rest) ??
    detailsStart(line, rest) ??
    summaryStartIn(line, rest, container) ??
    html(rest, inParagraph) ??
    (rule.test(rest) ? ruleOf(line) : null) ??
    item(line, rest, container) ??
    noteOf(line, rest) ??
    math(line, rest)
  )
}

function indentedCode(line: Line, inParagraph: boolean): New<Code> | null {
  if (inParagraph || line.isBlank) return null
  line.advanceColumns(4)
  return { type: 'code', fence: null, info: '', lines: new Growing(chunkSizes.lines), inner: 0 }
}

function heading(line: Line, rest: string): New<Heading> | null {
  if (!rest.startsWith('#')) return null
  const spaced = atxHeading.exec(rest)
  const found = spaced ?? tightHeading.exec(rest)
  if (!found) return null
  const inner = rest.slice(found[0].length).trim()
  const text = spaced ? withoutClosing(inner) : withoutMark(inner, found[0])
  line.toEnd()
  return { type: 'heading', level: (found[1] ?? '').length, lines: [text], read: null }
}

/** A heading without the `#` that may close it, apart from its text. */
function withoutClosing(text: string): string {
  let end = text.length
  while (text[end - 1] === '#') end--
  return end === 0 || /[ \t]/.test(text[end - 1] ?? '') ? text.slice(0, end).trimEnd() : text
}

/** A heading without space around its marks, apart from those that close it as they opened it. */
function withoutMark(text: string, mark: string): string {
  return text.endsWith(mark) && !text.endsWith(`#${mark}`)
    ? text.slice(0, -mark.length).trimEnd()
    : withoutClosing(text)
}

function fenced(line: Line, rest: string): New<Code> | null {
  const found = fence.exec(rest)
  if (!found) return null
  const opening = found[1] ?? found[3] ?? ''
  const indent = line.indent
  line.toEnd()
  return {
    type: 'code',
    fence: { mark: opening.slice(0, 1), length: opening.length, indent },
    info: unescaped((found[2] ?? found[4] ?? '').trim()),
    lines: new Growing(chunkSizes.lines),
    inner: 0,
  }
}

function html(rest: string, inParagraph: boolean): New<Html> | null {
  const kind = htmlStart(rest, inParagraph)
  return kind ? { type: 'html', end: kind.end, lines: new Growing(chunkSizes.lines) } : null
}

function ruleOf(line: Line): New<Rule> {
  line.toEnd()
  return { type: 'rule' }
}

function item(line: Line, rest: string, container: Container | Leaf): Start | null {
  const numbered = number.exec(rest)
  const mark = numbered?.[0] ?? bullet.exec(rest)?.[0]
  if (mark === undefined) return null
  const start = Number(numbered?.[1] ?? 1)
  const isEmpty = rest.slice(mark.length).trim() === ''
  if (container.type === 'paragraph' && (isEmpty || (numbered && start !== 1))) return null
  const outer = line.indent
  line.toNext()
  line.advance(mark.length)
  const { column } = line
  const after = line.position()
  do line.advanceColumns(1)
  while (line.column - column < 5 && isGap(line))
  const width = line.column - column
  const padding = width >= 5 || width < 1 || line.isBlank ? 1 : width
  if (padding === 1) {
    line.backTo(after)
    if (isGap(line)) line.advanceColumns(1)
  }
  const list: New<List> = {
    type: 'list',
    children: new Growing(chunkSizes.items),
    ordered: numbered !== null,
    start,
    marker: numbered?.[2] ?? mark,
    loose: false,
  }
  return {
    type: 'item',
    children: new Growing(chunkSizes.blocks),
    indent: outer + mark.length + padding,
    done: null,
    list,
  }
}

function isGap(line: Line): boolean {
  const character = line.text[line.offset]
  return character === ' ' || character === '\t'
}

function noteOf(line: Line, rest: string): New<Note> | null {
  const found = note.exec(rest)
  if (!found) return null
  line.toNext()
  line.advance(found[0].length)
  return { type: 'note', label: found[1] ?? '', children: new Growing(chunkSizes.blocks) }
}

function math(line: Line, rest: string): New<MathBlock> | null {
  const found = mathStart(rest)
  if (!found) return null
  line.toNext()
  return { type: 'math', fence: found, lines: [], closed: false }
}
