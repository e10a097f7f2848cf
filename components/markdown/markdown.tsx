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
import { beforePrinting } from './offscreen/printing'
import { PacedReader, pageEnvironment } from './paced-reader'

/**
 * A reply's markdown. While it grows, only the block that is being written is read and rendered again: what is finished
 * keeps its elements, and with them a selection, the place of a scrollbar, what was opened.
 */
export function Markdown({ text, growth, growing }: { text: string; growth?: Growth | undefined; growing: boolean }) {
  const [opening] = useState(() => new Opening())
  const [reader] = useState(() => new PacedReader(pageEnvironment, () => opening.begin()))
  useSyncExternalStore(reader.subscribe, reader.getVersion, reader.getVersion)
  useLayoutEffect(() => reader.update(text, growing, growth), [reader, text, growing, growth])
  useEffect(copyAsWritten, [])
  useEffect(() => {
    const stopPrinting = beforePrinting(() => {
      flushSync(reader.flushAll)
      opening.mountAll()
    })
    return () => {
      stopPrinting()
      reader.pause()
    }
  }, [reader, opening])
  const { document } = reader
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
