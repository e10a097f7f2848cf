import type { Definition, References } from '../tree'
import { normalizeLabel } from './characters'
import { destinationAt, labelAt, skipSpace, titleAt } from './destinations'
import { MAX_OPEN_CHARACTERS } from './incomplete-markup'

const incompleteDestination = /^\((?:[^\s<>]*|<[^>\n]*)(?:\s+["'(][^\n]*)?\s*$/
const incompleteLabel = /^\[[^\]]*$/

/** A link's target and where its markup ends; `target` is null while the destination is being written. */
export interface Target {
  target: Definition | null
  end: number
}

/** `(destination "title")` at a position. */
export function inlineTarget(text: string, at: number): Target | null {
  if (text[at] !== '(') return null
  const from = skipSpace(text, at + 1)
  const destination = destinationAt(text, from)
  if (!destination) return null
  const after = skipSpace(text, destination.end)
  const title = after > destination.end ? titleAt(text, after) : null
  const end = title ? skipSpace(text, title.end) : after
  if (text[end] !== ')') return null
  return { target: { url: destination.value, title: title?.value ?? '' }, end: end + 1 }
}

/** `[label]`, `[]` or nothing at a position; `inner` is the link text if that may be the label. */
export function referenceTarget(text: string, at: number, inner: string | null, references: References): Target | null {
  const own = labelAt(text, at)
  const label = own !== null && own.value !== '' ? own.value : inner
  if (label === null || label.length > 999 || normalizeLabel(label) === '') return null
  const target = references.definition(normalizeLabel(label))
  return target ? { target, end: own ? own.end : at } : null
}

/** A target that is being written, or may be. */
export function incompleteTarget(text: string, at: number, mayBeReference: boolean): Target | null {
  if (text.length - at > MAX_OPEN_CHARACTERS) return null
  const rest = text.slice(at)
  const isOpen = rest.startsWith('(')
    ? incompleteDestination.test(rest)
    : mayBeReference && (rest === '' || incompleteLabel.test(rest))
  return isOpen ? { target: null, end: text.length } : null
}
