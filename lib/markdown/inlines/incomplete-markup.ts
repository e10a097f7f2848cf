import { incompleteTag } from './elements'

/** A mark that has been open for longer than this was hardly meant as one. */
export const MAX_OPEN_CHARACTERS = 600

const incompleteMark = /(?:\\|<|!?\[(?:\^[^\]\s]*)?|!|&#?\w{0,10}|(?<![!-'*-~])\$+)$/
/** The longest incomplete tag. */
const MAX_TAG_CHARACTERS = 16
const delimiters = '*_`'
/** Two tildes, or one of the two that close a strikethrough. */
const incompleteStrikethrough = /(?:~~|(?<!~)~~(?![\s~])[^~\n]*~)$/

/** An unfinished text without incomplete markup at its end, so that it doesn't show for a moment. */
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

/** How many tildes at the end of a text are markup; a single one is text. */
function tildesAtEnd(text: string): number {
  const run = text.length - text.replace(/~+$/, '').length
  return incompleteStrikethrough.test(text) ? run : 0
}
