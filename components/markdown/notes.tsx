'use client'
import { Blocks } from './blocks'
import { useDocument } from './document-context'
import { noteId, referenceId } from './note-ids'
import { putBackAround } from './offscreen/rest'

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
