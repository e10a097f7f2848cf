import type { Container, Leaf } from './tree'

/** A line that may still become another block: a list, a thematic break, a heading, a fence, a table, a footnote. */
const ambiguous =
  /^[ \t>]*(?:(?:[-*+] +)*(?:[-=+*_#|: \t]*|\d{1,9}[.)]?|[`~]+.*|\$\$?|\\|\[(?:[ xX]\]?|\^[^\]]*\]?)?|<\/?[a-zA-Z]{0,10}))[ \t]*$/
const partialClosingFence = /^[ \t>]*(?:`+|~+)[ \t]*$/
const partialMathEnd = /^[ \t>]*[$\\]?$/
/** After a blank line in a formula, a word may still end it. */
const partialMathLine = /^[ \t>]*(?:[$\\]|\p{L}{0,12})$/u

/** Whether the beginning of a line could still become several kinds of block, so that nothing of it is shown yet. */
export function isAmbiguousLine(line: string, tip: Container | Leaf): boolean {
  if (tip.type === 'code' && tip.fence) return partialClosingFence.test(line)
  if (tip.type === 'math') return (tip.lines.at(-1) === '' ? partialMathLine : partialMathEnd).test(line)
  if (/^[ \t>]*[`~]/.test(line)) return /^[ \t>]*(?:`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)$/.test(line)
  return line.length < 80 && ambiguous.test(line)
}

const partialDefinition = /^\[[^\]]+\]:\s*\S*(?:\s+(?:"[^"]*"?|'[^']*'?|\([^()]*\)?))?\s*$/
/** A table's head hardly exceeds these; prose soon does. */
const MAX_HEAD_CHARACTERS = 200
const MAX_HEAD_CELL_WORDS = 6

/** Whether the beginning of a paragraph may still become a link reference definition or the head of a table. */
export function isAmbiguousParagraph(lines: string[]): boolean {
  const [first = ''] = lines
  if (first.startsWith('[')) return lines.length <= 2 && partialDefinition.test(lines.join('\n'))
  return (
    lines.length === 1 &&
    first.startsWith('|') &&
    first.length <= MAX_HEAD_CHARACTERS &&
    first.split('|').every(isHeadCell)
  )
}

function isHeadCell(text: string): boolean {
  return text.trim().split(/\s+/).length <= MAX_HEAD_CELL_WORDS
}
