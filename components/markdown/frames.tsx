'use client'
import { type RefObject, useEffect, useRef } from 'react'
import type { FrameProps } from './chunks'

/** Further away than this a chunk rests. */
const away = '1200px 0px'
const observers = new WeakMap<Element, IntersectionObserver>()

/**
 * Lets the browser pass over an element from when it is first out of sight. Its height has been seen by then, so that
 * nothing moves; while it is in sight its rest would show as a gap.
 */
function letRest(element: HTMLElement): (() => void) | undefined {
  const scroller = element.closest('[role="log"]')
  if (!scroller || !('IntersectionObserver' in window)) return
  const observer = observers.get(scroller) ?? new IntersectionObserver(rest, { root: scroller, rootMargin: away })
  observers.set(scroller, observer)
  observer.observe(element)
  return () => observer.unobserve(element)
}

function rest(entries: IntersectionObserverEntry[], observer: IntersectionObserver): void {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    if (isIntersecting || boundingClientRect.height === 0 || !(target instanceof HTMLElement)) continue
    target.style.containIntrinsicBlockSize = `auto ${boundingClientRect.height}px`
    target.style.contentVisibility = 'auto'
    observer.unobserve(target)
  }
}

/** The element of a chunk, which rests out of sight as soon as it is full. */
export function useRest<Kind extends HTMLElement>(full: boolean): RefObject<Kind | null> {
  const element = useRef<Kind>(null)
  useEffect(() => {
    if (full && element.current) return letRest(element.current)
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
