import type { ReactNode } from 'react'
import { rightToLeft } from './direction'

const sign = '[^\\s\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc]'
const latin = `${sign}*[A-Za-z]${sign}*`
/**
 * Latin words with the signs around them, several in a row. The lookbehind prevents matches inside a run, which take
 * quadratic time.
 */
const latinWords = `(?<!${sign})${latin}(?: +(?:${latin}|-[\\w=-]*))*`
/** Phone numbers and dates, whose groups would be reordered. */
const groupedDigits = '(?<![\\w+.()-])\\(?(\\+\\d[\\d()-]*(?: [\\d()-]*\\d)*|\\d+(?:-\\d+){2,})(?![\\w-])'
const isolates = new RegExp(`${latinWords}|${groupedDigits}`, 'g')
const before = /^[([{"'«“‘]+/
const after = /[)\]}"'»”’.,:;!?…]+$/

/**
 * Isolates paths, options, and numbers in right-to-left text: their signs have no direction, and would be reordered.
 */
export function isolateBidi(text: string): ReactNode {
  if (!rightToLeft.test(text)) return text
  const parts: ReactNode[] = []
  let from = 0
  for (const { 0: words, 1: digits, index } of text.matchAll(isolates)) {
    const start = index + (before.exec(words)?.[0].length ?? 0)
    const isolate = withoutStops(text.slice(start, index + words.length))
    if (digits === undefined && !/^[^A-Za-z0-9]|[^A-Za-z0-9]$/.test(isolate)) continue
    if (start > from) parts.push(text.slice(from, start))
    parts.push(
      <bdi key={start} dir="ltr">
        {isolate}
      </bdi>,
    )
    from = start + isolate.length
  }
  if (parts.length === 0) return text
  parts.push(text.slice(from))
  return parts
}

/** Strips the punctuation of the sentence around it; `f()` keeps its own. */
function withoutStops(words: string): string {
  const stops = after.exec(words)?.[0] ?? ''
  const own = stops.startsWith(')') && words.slice(0, -stops.length).includes('(') ? 1 : 0
  return words.slice(0, words.length - stops.length + own)
}
