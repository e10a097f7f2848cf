import type { Footnote } from '@/lib/markdown/tree'

let count = 0
const identities = new WeakMap<Footnote, number>()

function identityOf(note: Footnote): number {
  const known = identities.get(note) ?? ++count
  identities.set(note, known)
  return known
}

/** Names for the two ends of a footnote. They are ours alone: what a model writes can name nothing on the page. */
export function footnoteId(note: Footnote): string {
  return `note-${identityOf(note)}`
}

export function footnoteReferenceId(note: Footnote): string {
  return `note-mark-${identityOf(note)}`
}
