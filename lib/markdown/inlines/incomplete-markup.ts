import { incompleteTag } from './elements'

/** What is still open further back than this, in characters, was hardly meant to be a mark. */
export const MAX_OPEN_CHARACTERS = 600

const incompleteMark = /(?:\\|<|!?\[(?:\^[^\]\s]*)?|!|&#?\w{0,10}|(?<![!-'*-~])\$+)$/
/** In characters: what a tag that is not whole can have. */
const MAX_TAG_CHARACTERS = 16
const delimiters = '*_`'
/** Two tildes, or one of the two that close what is struck through. */
const incompleteStrikethrough = /(?:~~|(?<!~)~~(?![\s~])[^~\n]*~)$/

/** A text that is being written without the marks at its end that have only begun, and say nothing yet. */
export function withoutIncompleteMarkup(text: string): string {
  const from = Math.max(0, text.length - MAX_OPEN_CHARACTERS)
  const tail = text.slice(from)
  const half = incompleteMark.exec(tail) ?? incompleteTag.exec(tail.slice(-MAX_TAG_CHARACTERS))
  let end = text.length
  if (half) end = text.length - half[0].length
  else {
    while (end > 0 && delimiters.includes(text[end - 1] ?? ' ')) end--
    if (text[end - 1] === '~') end -= tildesAtEnd(text.slice(from, end))
  }
  return text.slice(0, end).trimEnd()
}

/** How many tildes at the end of a text are marks, or half of one: one alone is a tilde. */
function tildesAtEnd(text: string): number {
  const run = text.length - text.replace(/~+$/, '').length
  return incompleteStrikethrough.test(text) ? run : 0
}
