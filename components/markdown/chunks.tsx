'use client'
import { type ComponentType, memo, type ReactNode } from 'react'
import { type ChunkedList, TOP_LEVEL } from '@/lib/markdown/chunked-list'
import { useDeferredMount } from './offscreen/mount-queue'

/** A list that grows, and how its entries are shown. It is one object for as long as the list is shown. */
export interface ChunkedView {
  list: Pick<ChunkedList<unknown>, 'length' | 'size' | 'chunks' | 'versionOf' | 'isFull'>
  /** The entry at a place, with its place as its key. */
  renderEntry(place: number, last: boolean): ReactNode
  /** In pixels, about how high the entry at a place will be. */
  estimateHeight(place: number): number
  /** What holds a chunk's entries, or its chunks. */
  Frame: ComponentType<FrameProps>
}

export interface FrameProps {
  level: number
  chunk: number
  /** Nothing will be added to it. */
  full: boolean
  children: ReactNode
}

/**
 * A list that grows, in chunks of chunks that React passes over while nothing in them has changed: an addition costs
 * the same however long the list has become. An entry never changes its place, so it is mounted once.
 */
export function Chunks({ shown }: { shown: ChunkedView }) {
  return chunksOf(shown, TOP_LEVEL, 0, shown.list.chunks(TOP_LEVEL))
}

function chunksOf(shown: ChunkedView, level: number, from: number, to: number): ReactNode {
  const { list } = shown
  return places(from, Math.min(to, list.chunks(level))).map((chunk) => (
    <Chunk
      key={chunk}
      shown={shown}
      level={level}
      chunk={chunk}
      version={list.versionOf(level, chunk)}
      full={list.isFull(level, chunk)}
    />
  ))
}

const Chunk = memo(function Chunk({
  shown,
  level,
  chunk,
  full,
}: {
  shown: ChunkedView
  level: number
  chunk: number
  /** Changes with what is in it. */
  version: number
  full: boolean
}) {
  const { list, Frame } = shown
  const { mounted, placeholder } = useDeferredMount(level === 0 && full)
  const from = chunk * list.size
  const to = from + list.size
  if (!mounted) {
    const height = places(from, to).reduce((sum, place) => sum + shown.estimateHeight(place), 0)
    return <div ref={placeholder} className="pending-chunk" style={{ height }} />
  }
  const last = list.length - 1
  return (
    <Frame level={level} chunk={chunk} full={full}>
      {level > 0
        ? chunksOf(shown, level - 1, from, to)
        : places(from, Math.min(to, list.length)).map((place) => shown.renderEntry(place, place === last))}
    </Frame>
  )
})

function places(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}
