'use client'
import { useContext } from 'react'
import { Blocks } from './blocks'
import { directionOf } from './direction'
import { RightToLeftContext, useDocument } from './document-context'
import { footnoteId, footnoteReferenceId } from './footnote-ids'
import { revealAncestors } from './offscreen/skip-offscreen'

/** The footnotes of a reply, at its end, in the order of their references. */
export function Footnotes() {
  const { references } = useDocument()
  const inRightToLeft = useContext(RightToLeftContext)
  if (!references.hasFootnotes) return null
  const notes = references.orderedFootnotes()
  return (
    <section aria-label="Notes" className="notes">
      <ol dir={notes[0] && directionOf(notes[0].footnote, inRightToLeft)}>
        {notes.map(({ footnote, number }) => (
          <li
            key={footnoteId(footnote)}
            id={footnoteId(footnote)}
            value={number ?? undefined}
            data-unmarked={number === null || undefined}
          >
            <Blocks container={footnote} version={footnote.version} />
            {number === null ? null : (
              <a
                href={`#${footnoteReferenceId(footnote)}`}
                aria-label={`Back to the text of note ${number}`}
                onClick={() => revealAncestors(document.getElementById(footnoteReferenceId(footnote)))}
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
