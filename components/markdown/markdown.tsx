'use client'
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import type { Growth } from '@/lib/client/state/growth'
import { Blocks } from './blocks'
import { isRightToLeft } from './direction'
import { DocumentContext, RightToLeftContext } from './document-context'
import { Footnotes } from './footnotes'
import { MountQueue, MountQueueContext } from './offscreen/mount-queue'
import { beforePrinting } from './offscreen/printing'
import { PacedReader, pageEnvironment } from './paced-reader'
import { enableSourceCopy } from './source-copy'

/**
 * A reply's markdown. While it grows, only the block at its end is parsed and rendered again: finished blocks keep
 * their elements, and with them selections, scroll positions, and open folds.
 */
export function Markdown({ text, growth, growing }: { text: string; growth?: Growth | undefined; growing: boolean }) {
  const [mountQueue] = useState(() => new MountQueue())
  const [reader] = useState(() => new PacedReader(pageEnvironment, () => mountQueue.defer()))
  useSyncExternalStore(reader.subscribe, reader.getVersion, reader.getVersion)
  useLayoutEffect(() => reader.update(text, growing, growth), [reader, text, growing, growth])
  useEffect(enableSourceCopy, [])
  useEffect(() => {
    const stopPrinting = beforePrinting(() => {
      flushSync(reader.flushAll)
      mountQueue.mountAll()
    })
    return () => {
      stopPrinting()
      reader.pause()
    }
  }, [reader, mountQueue])
  const { document } = reader
  return (
    <MountQueueContext value={mountQueue}>
      <DocumentContext value={document}>
        <RightToLeftContext value={isRightToLeft(document.root)}>
          <div className="markdown" data-growing={growing || undefined}>
            <Blocks container={document.root} version={document.root.version} />
            <Footnotes />
          </div>
        </RightToLeftContext>
      </DocumentContext>
    </MountQueueContext>
  )
}
