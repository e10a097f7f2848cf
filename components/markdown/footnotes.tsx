'use client'
import { useContext } from 'react'
import { Blocks } from './blocks'
import { directionOf } from './direction'
import { RightToLeftContext, useDocument } from './document-context'
import { footnoteId, footnoteReferenceId } from './footnote-ids'
import { revealAncestors } from './offscreen/skip-offscreen'

/** The footnotes of a reply, at its end, in the order of their marks. */
export function Footnotes() {
  const { references } = useDocument()
  const inRightToLeft = useContext(RightToLeftContext)
  if (!references.hasNotes) return null
  const notes = references.orderedNotes()
  return (
    <section aria-label="Notes" className="notes">
      <ol dir={notes[0] && directionOf(notes[0].note, inRightToLeft)}>
        {notes.map(({ note, number }) => (
          <li
            key={footnoteId(note)}
            id={footnoteId(note)}
            value={number ?? undefined}
            data-unmarked={number === null || undefined}
          >
            <Blocks container={note} stamp={note.stamp} />
            {number === null ? null : (
              <a
                href={`#${footnoteReferenceId(note)}`}
                aria-label={`Back to the text of note ${number}`}
                onClick={() => revealAncestors(document.getElementById(footnoteReferenceId(note)))}
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
