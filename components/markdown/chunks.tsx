'use client'
import { type ComponentType, memo, type ReactNode } from 'react'
import { type ChunkedList, TOP_LEVEL } from '@/lib/markdown/chunked-list'
import { useDeferredMount } from './offscreen/mount-queue'

/** How a chunked list is rendered. The object has to stay the same for as long as the list is shown. */
export interface ChunkedView {
  list: Pick<ChunkedList<unknown>, 'length' | 'size' | 'chunks' | 'versionOf' | 'isFull'>
  /** Renders an entry, with its index as its key. */
  renderEntry(index: number, last: boolean): ReactNode
  /** In pixels. */
  estimateHeight(index: number): number
  /** Wraps a chunk's entries, or its chunks. */
  Frame: ComponentType<FrameProps>
}

export interface FrameProps {
  level: number
  chunk: number
  /** Nothing will be added to the chunk. */
  full: boolean
  children: ReactNode
}

/**
 * A growing list in chunks of chunks, of which React skips those whose version is unchanged: an addition costs the
 * same however long the list is. An entry never moves to another chunk, so it is mounted once.
 */
export function Chunks({ view }: { view: ChunkedView }) {
  return chunksOf(view, TOP_LEVEL, 0, view.list.chunks(TOP_LEVEL))
}

function chunksOf(view: ChunkedView, level: number, from: number, to: number): ReactNode {
  const { list } = view
  return range(from, Math.min(to, list.chunks(level))).map((chunk) => (
    <Chunk
      key={chunk}
      view={view}
      level={level}
      chunk={chunk}
      version={list.versionOf(level, chunk)}
      full={list.isFull(level, chunk)}
    />
  ))
}

const Chunk = memo(function Chunk({
  view,
  level,
  chunk,
  full,
}: {
  view: ChunkedView
  level: number
  chunk: number
  /** Changes with the content. */
  version: number
  full: boolean
}) {
  const { list, Frame } = view
  const { mounted, placeholder } = useDeferredMount(level === 0 && full)
  const from = chunk * list.size
  const to = from + list.size
  if (!mounted) {
    const height = range(from, to).reduce((sum, index) => sum + view.estimateHeight(index), 0)
    return <div ref={placeholder} className="pending-chunk" style={{ height }} />
  }
  const last = list.length - 1
  return (
    <Frame level={level} chunk={chunk} full={full}>
      {level > 0
        ? chunksOf(view, level - 1, from, to)
        : range(from, Math.min(to, list.length)).map((index) => view.renderEntry(index, index === last))}
    </Frame>
  )
})

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}
