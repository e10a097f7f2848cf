'use client'
import { createContext, type RefObject, useContext, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** In milliseconds: what mounting may take of a frame, layout and all. */
const FRAME_BUDGET_MS = 6
/** In pixels: what is further from the sight waits for idle time, though not for ever (milliseconds). */
const FAR_PX = 3000
const IDLE_TIMEOUT_MS = 500

/**
 * Much text that is to be shown at once is mounted chunk by chunk, the ones nearest to the sight first, so that the page
 * never stands still. What is read stays where it is while chunks that begin above it get their heights.
 */
export class MountQueue {
  private readonly waiting = new Map<HTMLElement, () => void>()
  private scheduled = false
  /** Chunks that are mounted first wait for their turn while this is true. */
  defersMounts = false

  /** Much is about to be shown. */
  defer(): void {
    this.defersMounts = true
  }

  /** `mount` puts a chunk into the place of an element. Returns how to call it off. */
  enqueue(placeholder: HTMLElement, mountForFrame: () => void): () => void {
    this.waiting.set(placeholder, mountForFrame)
    if (!this.scheduled) this.schedule(soon)
    return () => this.waiting.delete(placeholder)
  }

  /** Mounts all that waits, and what that brings. */
  mountAll(): void {
    this.defersMounts = false
    for (const placeholder of this.waiting.keys()) this.mountAt(placeholder)
  }

  private mount(): void {
    this.scheduled = false
    const until = performance.now() + FRAME_BUDGET_MS
    let next = nearestPlaceholder(this.waiting.keys())
    while (next && performance.now() < until) {
      this.mountAt(next.placeholder)
      next = nearestPlaceholder(this.waiting.keys())
    }
    // What is far away is in no hurry.
    if (next) this.schedule(next.distance < FAR_PX ? soon : whenIdle)
    else this.defersMounts = false
  }

  private schedule(when: (run: () => void) => void): void {
    this.scheduled = true
    when(() => this.mount())
  }

  private mountAt(placeholder: HTMLElement): void {
    const mount = this.waiting.get(placeholder)
    this.waiting.delete(placeholder)
    const scroller = scrollerOf(placeholder)
    const isAbove = scroller && placeholder.getBoundingClientRect().top < scroller.getBoundingClientRect().top
    const before = scroller?.scrollHeight ?? 0
    if (mount) flushSync(mount)
    if (isAbove && !isAnchored(scroller)) scroller.scrollTop += scroller.scrollHeight - before
  }
}

/** Whether the browser keeps what is read in its place by itself. Not every one does, and beside a long history none may. */
function isAnchored(scroller: HTMLElement): boolean {
  return getComputedStyle(scroller).getPropertyValue('overflow-anchor') === 'auto'
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  return element.closest<HTMLElement>('[role="log"]')
}

function soon(run: () => void): void {
  setTimeout(run)
}

function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: IDLE_TIMEOUT_MS })
  else soon(run)
}

/** The place that is in sight, or nearest to it, and how many pixels away it is. */
function nearestPlaceholder(
  placeholders: Iterable<HTMLElement>,
): { placeholder: HTMLElement; distance: number } | null {
  let found: HTMLElement | null = null
  let least = Number.POSITIVE_INFINITY
  let sight: DOMRect | undefined
  for (const element of placeholders) {
    sight ??= scrollerOf(element)?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    const distance = sight ? Math.max(0, top - sight.bottom, sight.top - bottom) : 0
    // Of those that are as near, the last: that is where a text is opened.
    if (distance > least) continue
    found = element
    least = distance
  }
  return found && { placeholder: found, distance: least }
}

export const MountQueueContext = createContext(new MountQueue())

/** Whether it is a chunk's turn to be mounted; until then, an element in its place gets the reference. */
export function useDeferredMount(mayWait: boolean): {
  mounted: boolean
  placeholder: RefObject<HTMLDivElement | null>
} {
  const queue = useContext(MountQueueContext)
  const placeholder = useRef<HTMLDivElement>(null)
  const [mounted, setMounted] = useState(!(mayWait && queue.defersMounts))
  useEffect(
    () => (mounted || !placeholder.current ? undefined : queue.enqueue(placeholder.current, () => setMounted(true))),
    [mounted, queue],
  )
  return { mounted, placeholder }
}
