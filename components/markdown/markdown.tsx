'use client'
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { Blocks } from './blocks'
import { DocumentContext } from './document-context'
import { Notes } from './notes'
import { Opening, OpeningContext } from './opening'
import { page, Reading } from './reading'

/**
 * A reply's markdown. While it grows, only the block that is being written is read and rendered again: what is finished
 * keeps its elements, and with them a selection, the place of a scrollbar, what was opened.
 */
export function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const [reading] = useState(() => new Reading(page))
  const [opening] = useState(() => new Opening())
  useSyncExternalStore(reading.subscribe, reading.version, reading.version)
  useLayoutEffect(() => {
    if (reading.update(text, growing)) opening.active = true
  }, [reading, opening, text, growing])
  useEffect(() => () => reading.pause(), [reading])
  const { document } = reading
  return (
    <OpeningContext value={opening}>
      <DocumentContext value={document}>
        <div className="markdown" data-growing={growing || undefined}>
          <Blocks container={document.root} stamp={document.root.stamp} />
          <Notes />
        </div>
      </DocumentContext>
    </OpeningContext>
  )
}
