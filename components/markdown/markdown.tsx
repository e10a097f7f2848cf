'use client'
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import type { Growth } from '@/lib/client/state/growth'
import { Blocks } from './blocks'
import { copyAsWritten } from './copying'
import { isRightToLeft } from './direction'
import { DocumentContext, RightToLeftContext } from './document-context'
import { Notes } from './notes'
import { Opening, OpeningContext } from './offscreen/opening'
import { beforePrinting } from './offscreen/paper'
import { page, Reading } from './reading'

/**
 * A reply's markdown. While it grows, only the block that is being written is read and rendered again: what is finished
 * keeps its elements, and with them a selection, the place of a scrollbar, what was opened.
 */
export function Markdown({ text, growth, growing }: { text: string; growth?: Growth | undefined; growing: boolean }) {
  const [opening] = useState(() => new Opening())
  const [reading] = useState(() => new Reading(page, () => opening.begin()))
  useSyncExternalStore(reading.subscribe, reading.version, reading.version)
  useLayoutEffect(() => reading.update(text, growing, growth), [reading, text, growing, growth])
  useEffect(copyAsWritten, [])
  useEffect(() => {
    const stopPrinting = beforePrinting(() => {
      flushSync(reading.showAll)
      opening.mountAll()
    })
    return () => {
      stopPrinting()
      reading.pause()
    }
  }, [reading, opening])
  const { document } = reading
  return (
    <OpeningContext value={opening}>
      <DocumentContext value={document}>
        <RightToLeftContext value={isRightToLeft(document.root)}>
          <div className="markdown" data-growing={growing || undefined}>
            <Blocks container={document.root} stamp={document.root.stamp} />
            <Notes />
          </div>
        </RightToLeftContext>
      </DocumentContext>
    </OpeningContext>
  )
}
