import { halfTag } from './elements'

/** What is still open further back than this, in characters, was hardly meant to be a mark. */
export const nearEnd = 600

const halfMark = /(?:\\|<|!?\[(?:\^[^\]\s]*)?|!|&#?\w{0,10}|(?<![^\s(])\$+)$/
/** In characters: what a tag that is not whole can have. */
const longestTag = 16
const runMarks = '*_~`'

/** A text that is being written without the marks at its end that have only begun, and say nothing yet. */
export function withoutHalfMark(text: string): string {
  const from = Math.max(0, text.length - nearEnd)
  const tail = text.slice(from)
  const half = halfMark.exec(tail) ?? halfTag.exec(tail.slice(-longestTag))
  let end = text.length
  if (half) end = text.length - half[0].length
  else while (end > 0 && runMarks.includes(text[end - 1] ?? ' ')) end--
  return text.slice(0, end).trimEnd()
}
