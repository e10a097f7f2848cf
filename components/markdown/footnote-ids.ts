import type { Footnote } from '@/lib/markdown/tree'

let count = 0
const identities = new WeakMap<Footnote, number>()

function identityOf(note: Footnote): number {
  const known = identities.get(note) ?? ++count
  identities.set(note, known)
  return known
}

/** The id of a footnote. Ids are generated here, so model output can't set one. */
export function footnoteId(note: Footnote): string {
  return `note-${identityOf(note)}`
}

export function footnoteReferenceId(note: Footnote): string {
  return `note-mark-${identityOf(note)}`
}
