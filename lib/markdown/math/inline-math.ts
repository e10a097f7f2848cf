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
/** The name of a variable, as in `$dir$file`. */
const variable = /^[a-zA-Z]{2,}\w*$/
/** In characters. What is longer is no formula within a text. */
const MAX_CHARACTERS = 4000

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
  // `[\[5\]](…)` is a link whose text has brackets.
  return !isRound && inBracket && text[end] === ']' ? null : { tex: content.trim(), display: !isRound, end }
}

/** A formula between dollar signs, one or two: what is between them tells. */
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

/** TeX takes a bare percent sign for the beginning of a comment. */
function withEscapedPercent(tex: string): string {
  return tex.replace(/(?<!\\)%/g, '\\%')
}

/** A chemical formula that stands in a text without marks around it. */
export function chemistryAt(text: string, at: number): Formula | null {
  chemistry.lastIndex = at
  const found = chemistry.exec(text)
  return found ? { tex: found[0], display: false, end: chemistry.lastIndex } : null
}
