import { CHUNK_SIZES, ChunkedList } from '../chunked-list'
import type { Container, Details, Leaf, NewBlock, Summary } from '../tree'
import type { Line } from './line'

const start = /^<details(?:\s+open)?\s*>[ \t]*/i
const summaryStart = /^<summary\s*>[ \t]*/i
const summaryEnd = /[ \t]*<\/summary\s*>[ \t]*/i
const end = /<\/details\s*>\s*$/i
const beginsInLine = /^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*<details(?:\s+open)?\s*>/i
const indentedCode = /^(?: {4}| {0,3}\t)/

/** The start of a `<details>`, with its tag consumed. */
export function detailsStart(line: Line, rest: string): NewBlock<Details> | null {
  const found = start.exec(rest)
  if (!found) return null
  line.skipIndent()
  line.advance(found[0].length)
  return { type: 'details', children: new ChunkedList(CHUNK_SIZES.blocks), closed: false }
}

/** The summary of a `<details>` that has no content yet, with the part of it in this line. */
export function summaryStartIn(line: Line, rest: string, container: Container | Leaf): NewBlock<Summary> | null {
  if (container.type !== 'details' || container.children.length > 0) return null
  const found = summaryStart.exec(rest)
  if (!found) return null
  line.skipIndent()
  line.advance(found[0].length)
  const { text, closed } = consumeSummary(line)
  return { type: 'summary', lines: text === '' ? [] : [text], closed, parsed: null }
}

/** Consumes the rest of a summary in a line; `closed` is whether its end tag was there. */
export function consumeSummary(line: Line): { text: string; closed: boolean } {
  const { content } = line
  const found = summaryEnd.exec(content)
  const text = found ? content.slice(0, found.index) : content
  line.skipIndent()
  line.advance(found ? found.index + found[0].length : content.length)
  return { text: text.trim(), closed: found !== null }
}

/** The part of a line before the end tag of a `<details>`; null when the line doesn't end one. */
export function beforeDetailsEnd(text: string, tip: Container | Leaf): string | null {
  if (!text.trimEnd().endsWith('>')) return null
  const found = end.exec(text)
  if (!found || (tip.type === 'code' && tip.fence) || tip.type === 'math') return null
  if (openDetails(tip)) return text.slice(0, found.index)
  const mayBegin = isWithin(tip) || !indentedCode.test(text)
  return mayBegin && beginsInLine.test(text) ? text.slice(0, found.index) : null
}

/** Whether a container may be the reason why its lines are indented. */
function isWithin({ type, parent }: Container | Leaf): boolean {
  return type !== 'root' && (parent?.type !== 'root' || type === 'list')
}

/** The innermost open `<details>`. */
export function openDetails(tip: Container | Leaf): Details | null {
  for (let block: Container | Leaf | null = tip; block; block = block.parent) if (block.type === 'details') return block
  return null
}
