'use client'
import { type RefObject, useEffect, useRef } from 'react'
import type { FrameProps } from './chunks'

let observer: ResizeObserver | null = null

/** Measures an element once, when it is laid out anyway, and lets the browser pass over it while it is out of sight. */
function letRest(element: HTMLElement): () => void {
  observer ??= new ResizeObserver((entries) => {
    for (const { target, borderBoxSize } of entries) {
      const height = borderBoxSize[0]?.blockSize ?? 0
      if (!(target instanceof HTMLElement) || height === 0) continue
      target.style.containIntrinsicBlockSize = `auto ${height}px`
      target.style.contentVisibility = 'auto'
      observer?.unobserve(target)
    }
  })
  observer.observe(element)
  return () => observer?.unobserve(element)
}

/** The element of a chunk that rests out of sight as soon as it is full. */
export function useRest<Kind extends HTMLElement>(full: boolean): RefObject<Kind | null> {
  const element = useRef<Kind>(null)
  useEffect(() => {
    if (full && element.current && 'ResizeObserver' in window) return letRest(element.current)
  }, [full])
  return element
}

/** The first chunk stands bare, so that what is short has no more elements than it needs. */
export function BlocksFrame({ chunk, full, children }: FrameProps) {
  const element = useRest<HTMLDivElement>(full)
  if (chunk === 0) return children
  return (
    <div ref={element} className="blocks">
      {children}
    </div>
  )
}
