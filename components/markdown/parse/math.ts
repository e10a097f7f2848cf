import type { Lookahead } from './lookahead'

/** What only a formula has; money and prose do not. */
const formula = /[\\^_={}<>+]/
const fences = [
  { start: '$$', end: '$$' },
  { start: '\\[', end: '\\]' },
]

/** A formula in lines of its own that begins with `rest`: `$$` or `\[`, up to the other half at the end of a line. */
export function mathStart(rest: string): { start: string; end: string } | null {
  const fence = fences.find(({ start }) => rest.startsWith(start))
  if (!fence) return null
  const body = rest.slice(2).trim()
  if (body === '') return fence
  const at = body.indexOf(fence.end)
  if (at < 0) return /[\\^_=]/.test(body) && !body.includes('](') ? fence : null
  return at > 0 && endsMath(body, fence.end) && at === body.lastIndexOf(fence.end) ? fence : null
}

/** Whether a line is the last of a formula. A stop or comma may follow, which belongs to the sentence around it. */
export function endsMath(line: string, end: string): boolean {
  const trimmed = line.trimEnd()
  return trimmed.endsWith(end) || (/[.,;]$/.test(trimmed) && trimmed.slice(0, -1).trimEnd().endsWith(end))
}

/** The formula itself, out of its lines. */
export function texOf(lines: string[], { start, end }: { start: string; end: string }): string {
  const text = lines.join('\n').trim().slice(start.length)
  const at = text.lastIndexOf(end)
  return (at < 0 ? text : text.slice(0, at) + text.slice(at + end.length)).trim()
}

const simple = /\$(?![\s$])((?:[^$\\\n]|\\[^\n])*?[^\s$\\]|(?:\\[^\n]))\$(?![\d$])/y
const amount = /^\d[\d.,]*(?:[kmb]\b|\s*[-–]|\s+[a-z]{2,})/i
const double = /\$\$((?:[^$\\]|\\[\s\S]){1,4000}?)\$\$/y
const round = /\\\(([\s\S]{1,4000}?)\\\)/y
const square = /\\\[([\s\S]{1,4000}?)\\\]/y

export interface Formula {
  tex: string
  display: boolean
  end: number
}

/** A formula within a text, where one begins. Sums of money are none. */
export function formulaAt(text: string, at: number, lookahead: Lookahead): Formula | null {
  if (text[at] === '\\') {
    const isRound = text[at + 1] === '('
    if (lookahead.find(isRound ? '\\)' : '\\]', at + 2) - at > 4100) return null
    return formulaBy(isRound ? round : square, text, at, !isRound)
  }
  if (text[at + 1] === '$') return formulaBy(double, text, at, true)
  if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return null
  const found = formulaBy(simple, text, at, false)
  return found && !amount.test(found.tex) ? found : null
}

function formulaBy(pattern: RegExp, text: string, at: number, display: boolean): Formula | null {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found ? { tex: (found[1] ?? '').trim(), display, end: pattern.lastIndex } : null
}

/** Whether the rest of an unfinished text, after the mark that opens a formula, looks like one. */
export function mayBeFormula(rest: string): boolean {
  return /^\S/.test(rest) && formula.test(rest) && !rest.includes('$')
}
