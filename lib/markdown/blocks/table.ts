import { matchAt } from '../inlines/destinations'
import { Lookahead } from '../inlines/lookahead'
import type { Align } from '../tree'

/** What opens code spans and formulas. */
const pairs = /[`$]|\\\(/
const delimiterCell = /^:?-+:?$/

/**
 * Splits a line of a table into cells. An escaped pipe never separates. Where that would make more cells than `width`,
 * pipes in code spans and formulas don't either; while the line is `growing`, nor do pipes in an open code span.
 */
export function cellsOf(line: string, width = Number.POSITIVE_INFINITY, growing = false): string[] {
  const text = line.trim()
  const from = text.startsWith('|') ? 1 : 0
  const borders = bordersOf(text, from)
  const to = borders.at(-1) === text.length - 1 ? (borders.pop() ?? 0) : text.length
  const surplus = borders.length + 1 - width
  const mayHold = (surplus > 0 || growing) && pairs.test(text)
  const kept = mayHold ? bordersOutside(spansIn(text, growing, surplus > 0), borders, surplus) : borders
  return [...kept, to].map((border, index) => cellText(text.slice((kept[index - 1] ?? from - 1) + 1, border)))
}

/** Pads the cells of a row with empty ones; surplus cells that have content are kept. */
export function fitted(cells: string[], width: number): string[] {
  const length = Math.max(width, cells.findLastIndex((cell) => cell !== '') + 1)
  return Array.from({ length }, (_, column) => cells[column] ?? '')
}

function bordersOf(text: string, from: number): number[] {
  const borders: number[] = []
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '|') borders.push(at)
  }
  return borders
}

function cellText(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\([\s\S])/g, (both, next) => (next === '|' ? '|' : both)).trim()
    : text.trim()
}

interface Span {
  from: number
  to: number
}

/** Removes borders inside spans, as long as not more go than are surplus. */
function bordersOutside(spans: Span[], borders: number[], surplus: number): number[] {
  const inner = new Set<number>()
  for (const { from, to } of spans) {
    const within = borders.slice(firstAfter(borders, from), firstAfter(borders, to))
    if (to === Number.POSITIVE_INFINITY || inner.size + within.length <= surplus)
      for (const border of within) inner.add(border)
  }
  return borders.filter((border) => !inner.has(border))
}

function firstAfter(borders: number[], position: number): number {
  let low = 0
  let high = borders.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((borders[middle] ?? 0) > position) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * The code spans and formulas of a line, without overlaps, code first since it is more certain. In a growing line they
 * may still be open; a `$` alone opens a formula only where there is a `surplus`.
 */
function spansIn(text: string, growing: boolean, surplus: boolean): Span[] {
  const lookahead = new Lookahead(text)
  const code: Span[] = []
  const formulas: Span[] = []
  for (let at = 0; at < text.length; ) {
    const isCode = text[at] === '`'
    const found = isCode ? codeAt(text, at, lookahead) : formulaAt(text, at, lookahead)
    if (found && (found.to < text.length || (growing && (isCode || surplus)))) {
      ;(isCode ? code : formulas).push(found)
      at = found.to + 1
    } else at += isCode ? ticksAt(text, at) : text[at] === '\\' ? 2 : 1
  }
  return [...code, ...formulas]
}

/** The code span that starts at a position; it ends at infinity when it isn't closed. */
function codeAt(text: string, at: number, lookahead: Lookahead): Span {
  const length = ticksAt(text, at)
  return { from: at, to: lookahead.findBackticks(length, at + length) + length - 1 }
}

function ticksAt(text: string, at: number): number {
  return matchAt(/`*/y, text, at)?.length ?? 0
}

/** The formula that starts at a position: its signs are close to its content, and no digit follows them. */
function formulaAt(text: string, at: number, lookahead: Lookahead): Span | null {
  if (text.startsWith('\\(', at)) return { from: at, to: lookahead.find('\\)', at + 2) + 1 }
  if (text[at] !== '$' || /\s/.test(text[at + 1] ?? ' ')) return null
  const width = text[at + 1] === '$' ? 2 : 1
  const end = lookahead.find(width === 2 ? '$$' : '$', at + width)
  if (end === Number.POSITIVE_INFINITY) return /\d/.test(text[at + 1] ?? '') ? null : { from: at, to: end }
  const closes = !/[\s\\]/.test(text[end - 1] ?? '') && !/\d/.test(text[end + width] ?? '')
  return closes ? { from: at, to: end + width - 1 } : null
}

/** The alignments of a delimiter row, `| --- | :-: |`; null when the line is none. */
export function alignments(line: string): Align[] | null {
  const text = line.trim()
  if (!/^[|:-][|:\- \t]*$/.test(text) || !text.includes('-') || !/[|:]/.test(text)) return null
  const cells = cellsOf(text)
  if (!cells.every((cell) => delimiterCell.test(cell))) return null
  return cells.map((cell) => {
    const left = cell.startsWith(':')
    const right = cell.endsWith(':')
    return left && right ? 'center' : right ? 'right' : left ? 'left' : null
  })
}
