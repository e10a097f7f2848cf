import type { Inline } from '../tree'
import { matchAt } from './destinations'
import type { Lookahead } from './lookahead'

const start = /!\[[^\]\n]{0,1000}\]\([ \t]*<?(?=data:image\/)/iy
const body = /^([^\s<>"]+)>?(?:\s+["'].*["'])?\s*$/

/**
 * An image whose URL is its data, with the length of its markup. It exceeds every limit of other links, so only its
 * start and its end are searched. Its `url` is null while it is being written.
 */
export function dataImageAt(
  text: string,
  at: number,
  lookahead: Lookahead,
  unfinished: boolean,
): { image: Inline; length: number } | null {
  const opening = matchAt(start, text, at)
  if (!opening) return null
  const from = at + opening.length
  const end = lookahead.find(')', from)
  const alt = opening.slice(2, opening.indexOf(']'))
  if (end === Number.POSITIVE_INFINITY) {
    const isOpen = unfinished && lookahead.find('\n', from) === Number.POSITIVE_INFINITY
    return isOpen ? { image: { type: 'image', url: null, title: '', alt }, length: text.length - at } : null
  }
  const url = body.exec(text.slice(from, end))?.[1]
  return url ? { image: { type: 'image', url, title: '', alt }, length: end + 1 - at } : null
}
