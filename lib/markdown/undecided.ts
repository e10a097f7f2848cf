import type { Container, Leaf } from './tree'

/** A line that may become anything yet: a list, a rule, an underline, a heading, a fence, a table, a note. */
const open =
  /^[ \t>]*(?:(?:[-*+] +)*(?:[-=+*_#|: \t]*|\d{1,9}[.)]?|[`~]+.*|\$\$?|\\|\[(?:[ xX]\]?|\^[^\]]*\]?)?|<\/?[a-zA-Z]{0,10}))[ \t]*$/
const inFence = /^[ \t>]*(?:`+|~+)[ \t]*$/
const inMath = /^[ \t>]*[$\\]?$/
/** After a blank line in a formula, words end it. */
const afterBlank = /^[ \t>]*(?:[$\\]|\p{L}{0,12})$/u

/** Whether the beginning of a line is too little to show it as what it will be. */
export function isUndecided(line: string, tip: Container | Leaf): boolean {
  if (tip.type === 'code' && tip.fence) return inFence.test(line)
  if (tip.type === 'math') return (tip.lines.at(-1) === '' ? afterBlank : inMath).test(line)
  if (/^[ \t>]*[`~]/.test(line)) return /^[ \t>]*(?:`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)$/.test(line)
  return line.length < 80 && open.test(line)
}

const definition = /^\[[^\]]+\]:\s*\S*(?:\s+(?:"[^"]*"?|'[^']*'?|\([^()]*\)?))?\s*$/
/** In characters and words: the head of a table is hardly longer, prose soon is. */
const longestHead = 200
const longestHeadCell = 6

/** Whether the beginning of a paragraph may turn out to be something else: a definition, or the head of a table. */
export function mayVanish(lines: string[]): boolean {
  const [first = ''] = lines
  if (first.startsWith('[')) return lines.length <= 2 && definition.test(lines.join('\n'))
  return (
    lines.length === 1 && first.startsWith('|') && first.length <= longestHead && first.split('|').every(isHeadCell)
  )
}

function isHeadCell(text: string): boolean {
  return text.trim().split(/\s+/).length <= longestHeadCell
}
