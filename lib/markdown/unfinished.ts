import { halfTag } from './blocks/elements'

/** What is still open further back than this, in characters, was hardly meant to be a mark. */
export const nearEnd = 600

const halfMark = /(?:\\|<|!?\[(?:\^[^\]\s]*)?|!|&#?\w{0,10}|(?<![!-'*-~])\$+)$/
/** In characters: what a tag that is not whole can have. */
const longestTag = 16
const runMarks = '*_`'
/** Two tildes, or one of the two that close what is struck through. */
const halfStrike = /(?:~~|(?<!~)~~(?![\s~])[^~\n]*~)$/

/** A text that is being written without the marks at its end that have only begun, and say nothing yet. */
export function withoutHalfMark(text: string): string {
  const from = Math.max(0, text.length - nearEnd)
  const tail = text.slice(from)
  const half = halfMark.exec(tail) ?? halfTag.exec(tail.slice(-longestTag))
  let end = text.length
  if (half) end = text.length - half[0].length
  else {
    while (end > 0 && runMarks.includes(text[end - 1] ?? ' ')) end--
    if (text[end - 1] === '~') end -= tildesAtEnd(text.slice(from, end))
  }
  return text.slice(0, end).trimEnd()
}

/** How many tildes at the end of a text are marks, or half of one: one alone is a tilde. */
function tildesAtEnd(text: string): number {
  const run = text.length - text.replace(/~+$/, '').length
  return halfStrike.test(text) ? run : 0
}
