import { matchAt } from '../inlines/destinations'
import { mayContinueFormula } from '../math/formula-classifier'
import type { Block, Code } from '../tree'
import type { Line } from './line'

const closingFence = /(`{3,}|~{3,})[ \t]*$/y

/** Whether an open block continues in this line, after the markers of its parents; consumes the block's own marker. */
export function continueBlock(block: Block, line: Line): 'yes' | 'no' | 'closed' {
  switch (block.type) {
    case 'list':
    case 'details':
      return 'yes'
    case 'quote':
      return consumeQuoteMarker(line) ? 'yes' : 'no'
    case 'item':
      return continuesItem(line, block.indent, block.children.length > 0 || line.number === block.firstLine)
    case 'footnote':
      return continuesItem(line, 4, true)
    case 'code':
      return block.fence ? continuesFenced(block.fence, block.openInnerFences, line) : continuesIndented(line)
    case 'summary':
      return block.closed || line.isBlank ? 'no' : 'yes'
    case 'html':
      return line.isBlank && block.end === null ? 'no' : 'yes'
    case 'paragraph':
    case 'table':
      return line.isBlank ? 'no' : 'yes'
    case 'math':
      return line.isBlank || block.lines.at(-1) !== '' || mayContinueFormula(line.content) ? 'yes' : 'no'
    default:
      return 'no'
  }
}

export function consumeQuoteMarker(line: Line): boolean {
  if (line.isIndented || line.text[line.nonspace] !== '>') return false
  line.skipIndent()
  line.advance(1)
  line.skipSpace()
  return true
}

function continuesItem(line: Line, indent: number, mayBeBlank: boolean): 'yes' | 'no' {
  if (line.isBlank) {
    if (!mayBeBlank) return 'no'
    line.skipIndent()
    return 'yes'
  }
  if (line.indent < indent) return 'no'
  line.advanceColumns(indent)
  return 'yes'
}

function continuesFenced(fence: NonNullable<Code['fence']>, inner: number, line: Line): 'yes' | 'closed' {
  const found = line.isIndented || inner > 0 ? null : matchAt(closingFence, line.text, line.nonspace)
  if (found?.startsWith(fence.mark.repeat(fence.length))) return 'closed'
  line.advanceColumns(Math.min(fence.indent, line.indent))
  return 'yes'
}

function continuesIndented(line: Line): 'yes' | 'no' {
  if (line.isIndented) line.advanceColumns(4)
  else if (line.isBlank) line.skipIndent()
  else return 'no'
  return 'yes'
}

const quotedMarkdown = /^(?:markdown|md|mdx)(?![\w+#.-])/i
const innerFence = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})[ \t]*([\w+#.{-]?[^`]*)$/

/**
 * How many inner fences are open after a line of quoted markdown: a fence with a language opens one, a bare fence
 * closes the innermost. So the quotation ends where its writer meant it to.
 */
export function innerFencesAfter(code: Code, line: string): number {
  const { fence, openInnerFences, info } = code
  if (!fence || !line.includes(fence.mark.repeat(3)) || !quotedMarkdown.test(info)) return openInnerFences
  const [, marks = '', language = ''] = innerFence.exec(line) ?? []
  if (!marks.startsWith(fence.mark.repeat(fence.length))) return openInnerFences
  if (language.trim() !== '') return openInnerFences + 1
  return Math.max(0, openInnerFences - 1)
}
