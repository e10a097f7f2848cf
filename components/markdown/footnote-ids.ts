import type { Note } from '@/lib/markdown/tree'

let count = 0
const identities = new WeakMap<Note, number>()

function identityOf(note: Note): number {
  const known = identities.get(note) ?? ++count
  identities.set(note, known)
  return known
}

/** Names for the two ends of a footnote. They are ours alone: what a model writes can name nothing on the page. */
export function footnoteId(note: Note): string {
  return `note-${identityOf(note)}`
}

export function footnoteReferenceId(note: Note): string {
  return `note-mark-${identityOf(note)}`
}
