import type { Lookahead } from '../blocks/lookahead'
import type { Inline } from '../tree'
import { nearEnd } from '../unfinished'
import {
  isBracketFormula,
  isDisplayFormula,
  isFormula,
  isPlainlyFormula,
  mayBeFormula,
  mayGoOn,
} from './formula-content'

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
  if (at < 0) return /[\\^_=]/.test(body) && mayGoOn(body) ? fence : null
  if (at === 0 || !endsMath(body, fence.end) || at !== body.lastIndexOf(fence.end)) return null
  const isOne = fence.start === '$$' ? isDisplayFormula : isBracketFormula
  return isOne(rest.slice(2, rest.indexOf(fence.end, 2))) ? fence : null
}

/** Whether a line is the last of a formula. A stop or comma may follow, which belongs to the sentence around it. */
export function endsMath(line: string, end: string): boolean {
  const trimmed = line.trimEnd()
  return trimmed.endsWith(end) || (/[.,;]$/.test(trimmed) && trimmed.slice(0, -1).trimEnd().endsWith(end))
}

/** The lines of a text by its paragraphs, and where each begins. */
export function paragraphsIn(lines: string[]): { from: number; lines: string[] }[] {
  const paragraphs: { from: number; lines: string[] }[] = []
  for (const [place, line] of lines.entries()) {
    if (line === '') continue
    if (place > 0 && lines[place - 1] !== '') paragraphs.at(-1)?.lines.push(line)
    else paragraphs.push({ from: place, lines: [line] })
  }
  return paragraphs
}

/** The formula itself, out of its lines. */
export function texOf(lines: string[], { start, end }: { start: string; end: string }): string {
  const text = lines.join('\n').trim().slice(start.length)
  const at = text.lastIndexOf(end)
  return (at < 0 ? text : text.slice(0, at) + text.slice(at + end.length)).trim()
}

const round = /\\\(([\s\S]{1,4000}?)\\\)/y
const square = /\\\[([\s\S]{1,4000}?)\\\]/y
const chemistry = /\\(?:ce|pu)\{(?:[^{}\n$]|\{[^{}\n$]{0,400}\}){1,400}\}/y
/** The name of a variable, as in `$dir$file`. */
const variable = /^[a-zA-Z]{2,}\w*$/
/** In characters. What is longer is no formula within a text. */
const longest = 4000

export interface Formula {
  tex: string
  display: boolean
  end: number
}

/** A formula within a text, where one begins. Sums of money are none. */
export function formulaAt(text: string, at: number, lookahead: Lookahead, inBracket: boolean): Formula | null {
  if (text[at] === '\\') return backslashed(text, at, lookahead, inBracket)
  const length = lookahead.dollarsAt(at)
  return length === 1 || length === 2 ? between(text, at, length, lookahead) : null
}

/** What the rest of an unfinished text is when a formula is being written in it. */
export function unfinishedFormula(text: string, from: number, mark: string): string | null {
  if (text.length - from >= nearEnd) return null
  const rest = text.slice(from)
  const mayBe = mark.startsWith('\\') ? !rest.includes(mark) && mayGoOn(rest) : mayBeFormula(rest)
  return mayBe ? rest : null
}

export function inlineOf({ tex, display }: Formula): Inline {
  return { type: 'math', tex, display, unfinished: false }
}

function backslashed(text: string, at: number, lookahead: Lookahead, inBracket: boolean): Formula | null {
  const isRound = text[at + 1] === '('
  if (lookahead.find(isRound ? '\\)' : '\\]', at + 2) - at > longest + 100) return null
  const pattern = isRound ? round : square
  pattern.lastIndex = at
  const content = pattern.exec(text)?.[1]
  if (content === undefined || !(isRound || isBracketFormula(content))) return null
  const end = pattern.lastIndex
  // `[\[5\]](…)` is a link whose text has brackets.
  return !isRound && inBracket && text[end] === ']' ? null : { tex: content.trim(), display: !isRound, end }
}

/** A formula between dollar signs, one or two: what is between them tells. */
function between(text: string, at: number, signs: 1 | 2, lookahead: Lookahead): Formula | null {
  const from = at + signs
  const close = lookahead.findDollar(from)
  if (close - at > longest || lookahead.dollarsAt(close) < signs) return null
  const content = text.slice(from, close)
  const end = close + signs
  if (signs === 2) return isDisplayFormula(content) ? { tex: content.trim(), display: true, end } : null
  if (content.includes('\n') || (variable.test(content) && /[a-zA-Z_]/.test(text[end] ?? ''))) return null
  const isInWord = /[a-zA-Z0-9]/.test(text[at - 1] ?? '') || /[\d$]/.test(text[end] ?? '')
  if (!(isInWord ? isPlainlyFormula(content) : isFormula(content))) return null
  return { tex: withPercent(content.trim()), display: false, end }
}

/** TeX takes a bare percent sign for the beginning of a comment. */
function withPercent(tex: string): string {
  return tex.replace(/(?<!\\)%/g, '\\%')
}

/** A chemical formula that stands in a text without marks around it. */
export function chemistryAt(text: string, at: number): Formula | null {
  chemistry.lastIndex = at
  const found = chemistry.exec(text)
  return found ? { tex: found[0], display: false, end: chemistry.lastIndex } : null
}
