import { MAX_OPEN_CHARACTERS } from '../inlines/incomplete-markup'
import type { Lookahead } from '../inlines/lookahead'
import type { Inline } from '../tree'
import {
  isBracketFormula,
  isDisplayFormula,
  isDistinctiveFormula,
  isFormula,
  mayBeFormula,
  mayContinueFormula,
} from './formula-classifier'

const round = /\\\(([\s\S]{1,4000}?)\\\)/y
const square = /\\\[([\s\S]{1,4000}?)\\\]/y
const chemistry = /\\(?:ce|pu)\{(?:[^{}\n$]|\{[^{}\n$]{0,400}\}){1,400}\}/y
/** A variable's name, as in `$dir$file`. */
const variable = /^[a-zA-Z]{2,}\w*$/
/** Longer content is no inline formula. */
const MAX_CHARACTERS = 4000

export interface Formula {
  tex: string
  display: boolean
  end: number
}

/** The formula that starts at a position; null for money and other text. */
export function formulaAt(text: string, at: number, lookahead: Lookahead, inBracket: boolean): Formula | null {
  if (text[at] === '\\') return backslashed(text, at, lookahead, inBracket)
  const length = lookahead.dollarsAt(at)
  return length === 1 || length === 2 ? between(text, at, length, lookahead) : null
}

/** The rest of an unfinished text if a formula is being written in it. */
export function incompleteFormula(text: string, from: number, mark: string): string | null {
  if (text.length - from >= MAX_OPEN_CHARACTERS) return null
  const rest = text.slice(from)
  const mayBe = mark.startsWith('\\') ? !rest.includes(mark) && mayContinueFormula(rest) : mayBeFormula(rest)
  return mayBe ? rest : null
}

export function inlineOf({ tex, display }: Formula): Inline {
  return { type: 'math', tex, display, unfinished: false }
}

function backslashed(text: string, at: number, lookahead: Lookahead, inBracket: boolean): Formula | null {
  const isRound = text[at + 1] === '('
  if (lookahead.find(isRound ? '\\)' : '\\]', at + 2) - at > MAX_CHARACTERS + 100) return null
  const pattern = isRound ? round : square
  pattern.lastIndex = at
  const content = pattern.exec(text)?.[1]
  if (content === undefined || !(isRound || isBracketFormula(content))) return null
  const end = pattern.lastIndex
  // In `[\[5\]](…)` the brackets belong to the link text.
  return !isRound && inBracket && text[end] === ']' ? null : { tex: content.trim(), display: !isRound, end }
}

/** A formula between one or two dollar signs, judged by its content. */
function between(text: string, at: number, signs: 1 | 2, lookahead: Lookahead): Formula | null {
  const from = at + signs
  const close = lookahead.findDollar(from)
  if (close - at > MAX_CHARACTERS || lookahead.dollarsAt(close) < signs) return null
  const content = text.slice(from, close)
  const end = close + signs
  if (signs === 2) return isDisplayFormula(content) ? { tex: content.trim(), display: true, end } : null
  if (content.includes('\n') || (variable.test(content) && /[a-zA-Z_]/.test(text[end] ?? ''))) return null
  const isInWord = /[a-zA-Z0-9]/.test(text[at - 1] ?? '') || /[\d$]/.test(text[end] ?? '')
  if (!(isInWord ? isDistinctiveFormula(content) : isFormula(content))) return null
  return { tex: withEscapedPercent(content.trim()), display: false, end }
}

/** In TeX a bare percent sign starts a comment. */
function withEscapedPercent(tex: string): string {
  return tex.replace(/(?<!\\)%/g, '\\%')
}

/** A chemical formula without delimiters. */
export function chemistryAt(text: string, at: number): Formula | null {
  chemistry.lastIndex = at
  const found = chemistry.exec(text)
  return found ? { tex: found[0], display: false, end: chemistry.lastIndex } : null
}
