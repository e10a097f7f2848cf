'use client'
import { type RefObject, useEffect, useRef } from 'react'
import type { FrameProps } from '../chunks'
import { skipOffscreen } from './skip-offscreen'

/** A ref for a chunk's element, which is skipped offscreen once the chunk is full. */
export function useSkipOffscreen<Kind extends HTMLElement>(full: boolean): RefObject<Kind | null> {
  const element = useRef<Kind>(null)
  useEffect(() => {
    if (full && element.current) return skipOffscreen(element.current)
  }, [full])
  return element
}

/** The first chunk has no wrapper, so that short replies have no needless elements. */
export function BlocksFrame({ chunk, full, children }: FrameProps) {
  const element = useSkipOffscreen<HTMLDivElement>(full)
  if (chunk === 0) return children
  return (
    <div ref={element} className="blocks">
      {children}
    </div>
  )
}
