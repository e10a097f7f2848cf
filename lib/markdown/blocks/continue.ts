import { matchAt } from '../inlines/destinations'
import { mayGoOn } from '../math/formula-content'
import type { Block, Code } from '../tree'
import type { Line } from './line'

const closingFence = /(`{3,}|~{3,})[ \t]*$/y

/** Whether an open block goes on in this line, whose marks of the blocks around it have been read; then reads its own. */
export function continues(block: Block, line: Line): 'yes' | 'no' | 'closed' {
  switch (block.type) {
    case 'list':
    case 'details':
      return 'yes'
    case 'quote':
      return takeQuoteMark(line) ? 'yes' : 'no'
    case 'item':
      return continuesItem(line, block.indent, block.children.length > 0 || line.number === block.firstLine)
    case 'note':
      return continuesItem(line, 4, true)
    case 'code':
      return block.fence ? continuesFenced(block.fence, block.inner, line) : continuesIndented(line)
    case 'summary':
      return block.closed || line.isBlank ? 'no' : 'yes'
    case 'html':
      return line.isBlank && block.end === null ? 'no' : 'yes'
    case 'paragraph':
    case 'table':
      return line.isBlank ? 'no' : 'yes'
    case 'math':
      return line.isBlank || block.lines.at(-1) !== '' || mayGoOn(line.rest) ? 'yes' : 'no'
    default:
      return 'no'
  }
}

export function takeQuoteMark(line: Line): boolean {
  if (line.isIndented || line.text[line.next] !== '>') return false
  line.toNext()
  line.advance(1)
  line.skipSpace()
  return true
}

function continuesItem(line: Line, indent: number, mayBeBlank: boolean): 'yes' | 'no' {
  if (line.isBlank) {
    if (!mayBeBlank) return 'no'
    line.toNext()
    return 'yes'
  }
  if (line.indent < indent) return 'no'
  line.advanceColumns(indent)
  return 'yes'
}

function continuesFenced(fence: NonNullable<Code['fence']>, inner: number, line: Line): 'yes' | 'closed' {
  const found = line.isIndented || inner > 0 ? null : matchAt(closingFence, line.text, line.next)
  if (found?.startsWith(fence.mark.repeat(fence.length))) return 'closed'
  line.advanceColumns(Math.min(fence.indent, line.indent))
  return 'yes'
}

function continuesIndented(line: Line): 'yes' | 'no' {
  if (line.isIndented) line.advanceColumns(4)
  else if (line.isBlank) line.toNext()
  else return 'no'
  return 'yes'
}

const quotedMarkdown = /^(?:markdown|md|mdx)(?![\w+#.-])/i
const innerFence = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})[ \t]*([\w+#.{-]?[^`]*)$/

/**
 * How many fences are open after a line within markdown that is quoted as code: one with a language opens, a bare one
 * closes the innermost. So the quotation ends where its writer meant it to.
 */
export function innerFencesAfter(code: Code, line: string): number {
  const { fence, inner, info } = code
  if (!fence || !line.includes(fence.mark.repeat(3)) || !quotedMarkdown.test(info)) return inner
  const [, marks = '', language = ''] = innerFence.exec(line) ?? []
  if (!marks.startsWith(fence.mark.repeat(fence.length))) return inner
  if (language.trim() !== '') return inner + 1
  return Math.max(0, inner - 1)
}
