import type { Container, Leaf } from './tree'

/** A line that may become anything yet: a list, a rule, an underline, a heading, a fence, a table, a note. */
const open =
  /^[ \t>]*(?:(?:[-*+] +)*(?:[-=+*_#|: \t]*|\d{1,9}[.)]?|[`~]+.*|\$\$?|\\|\[(?:[ xX]\]?|\^[^\]]*\]?)?|<))[ \t]*$/
const inFence = /^[ \t>]*(?:`+|~+)[ \t]*$/
const inMath = /^[ \t>]*[$\\]?$/

/** Whether the beginning of a line is too little to show it as what it will be. */
export function isUndecided(line: string, tip: Container | Leaf): boolean {
  if (tip.type === 'code' && tip.fence) return inFence.test(line)
  if (tip.type === 'math') return inMath.test(line)
  if (/^[ \t>]*[`~]/.test(line)) return /^[ \t>]*(?:`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)$/.test(line)
  return line.length < 80 && open.test(line)
}
