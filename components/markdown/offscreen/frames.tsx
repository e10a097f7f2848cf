'use client'
import { type RefObject, useEffect, useRef } from 'react'
import type { FrameProps } from '../chunks'
import { skipOffscreen } from './skip-offscreen'

/** The element of a chunk, which rests out of sight as soon as it is full. */
export function useSkipOffscreen<Kind extends HTMLElement>(full: boolean): RefObject<Kind | null> {
  const element = useRef<Kind>(null)
  useEffect(() => {
    if (full && element.current) return skipOffscreen(element.current)
  }, [full])
  return element
}

/** The first chunk stands bare, so that what is short has no more elements than it needs. */
export function BlocksFrame({ chunk, full, children }: FrameProps) {
  const element = useSkipOffscreen<HTMLDivElement>(full)
  if (chunk === 0) return children
  return (
    <div ref={element} className="blocks">
      {children}
    </div>
  )
}
