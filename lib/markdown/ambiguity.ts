import type { Container, Leaf } from './tree'

/** A line that may become anything yet: a list, a rule, an underline, a heading, a fence, a table, a note. */
const ambiguous =
  /^[ \t>]*(?:(?:[-*+] +)*(?:[-=+*_#|: \t]*|\d{1,9}[.)]?|[`~]+.*|\$\$?|\\|\[(?:[ xX]\]?|\^[^\]]*\]?)?|<\/?[a-zA-Z]{0,10}))[ \t]*$/
const partialClosingFence = /^[ \t>]*(?:`+|~+)[ \t]*$/
const partialMathEnd = /^[ \t>]*[$\\]?$/
/** After a blank line in a formula, words end it. */
const partialMathLine = /^[ \t>]*(?:[$\\]|\p{L}{0,12})$/u

/** Whether the beginning of a line is too little to show it as what it will be. */
export function isAmbiguousLine(line: string, tip: Container | Leaf): boolean {
  if (tip.type === 'code' && tip.fence) return partialClosingFence.test(line)
  if (tip.type === 'math') return (tip.lines.at(-1) === '' ? partialMathLine : partialMathEnd).test(line)
  if (/^[ \t>]*[`~]/.test(line)) return /^[ \t>]*(?:`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)$/.test(line)
  return line.length < 80 && ambiguous.test(line)
}

const partialDefinition = /^\[[^\]]+\]:\s*\S*(?:\s+(?:"[^"]*"?|'[^']*'?|\([^()]*\)?))?\s*$/
/** In characters and words: the head of a table is hardly longer, prose soon is. */
const MAX_HEAD_CHARACTERS = 200
const MAX_HEAD_CELL_WORDS = 6

/** Whether the beginning of a paragraph may turn out to be something else: a definition, or the head of a table. */
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
