'use client'
import { Blocks } from './blocks'
import { useDocument } from './document-context'
import type { Note } from './parse/tree'
import { putBackAround } from './rest'

let count = 0
const identities = new WeakMap<Note, number>()

function identityOf(note: Note): number {
  const known = identities.get(note) ?? ++count
  identities.set(note, known)
  return known
}

/** Names for the two ends of a footnote. They are ours alone: what a model writes can name nothing on the page. */
export function noteId(note: Note): string {
  return `note-${identityOf(note)}`
}

export function referenceId(note: Note): string {
  return `note-mark-${identityOf(note)}`
}

/** The footnotes of a reply, at its end, in the order of their marks. */
export function Notes() {
  const { references } = useDocument()
  if (!references.hasNotes) return null
  return (
    <section aria-label="Notes" className="notes">
      <ol>
        {references.orderedNotes().map(({ note, number }) => (
          <li
            key={noteId(note)}
            id={noteId(note)}
            value={number ?? undefined}
            data-unmarked={number === null || undefined}
          >
            <Blocks container={note} stamp={note.stamp} />
            {number === null ? null : (
              <a
                href={`#${referenceId(note)}`}
                aria-label={`Back to the text of note ${number}`}
                onClick={() => putBackAround(document.getElementById(referenceId(note)))}
              >
                ↩
              </a>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
