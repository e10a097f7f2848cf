'use client'
import { createContext, type RefObject, useContext, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** What mounting may take of a frame, including layout. */
const FRAME_BUDGET_MS = 6
/** Chunks further from the viewport than this are mounted in idle time, after the timeout at the latest. */
const FAR_PX = 3000
const IDLE_TIMEOUT_MS = 500

/**
 * Mounts a long text chunk by chunk, those nearest to the viewport first, so that the page stays responsive. Text in
 * the viewport doesn't move while chunks above it get their heights.
 */
export class MountQueue {
  private readonly waiting = new Map<HTMLElement, () => void>()
  private scheduled = false
  /** While true, new chunks wait for their turn. */
  defersMounts = false

  /** To be called before much text is rendered. */
  defer(): void {
    this.defersMounts = true
  }

  /** `mount` replaces the placeholder by its chunk. Returns a function that cancels. */
  enqueue(placeholder: HTMLElement, mount: () => void): () => void {
    this.waiting.set(placeholder, mount)
    if (!this.scheduled) this.schedule(soon)
    return () => this.waiting.delete(placeholder)
  }

  /** Mounts everything that waits, and what that adds. */
  mountAll(): void {
    this.defersMounts = false
    for (const placeholder of this.waiting.keys()) this.mountAt(placeholder)
  }

  private mountForFrame(): void {
    this.scheduled = false
    const until = performance.now() + FRAME_BUDGET_MS
    let next = nearestPlaceholder(this.waiting.keys())
    while (next && performance.now() < until) {
      this.mountAt(next.placeholder)
      next = nearestPlaceholder(this.waiting.keys())
    }
    if (next) this.schedule(next.distance < FAR_PX ? soon : whenIdle)
    else this.defersMounts = false
  }

  private schedule(when: (run: () => void) => void): void {
    this.scheduled = true
    when(() => this.mountForFrame())
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

/**
 * Whether the browser keeps the viewport in place (scroll anchoring). Not every browser does, and the transcript may
 * turn it off.
 */
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

/** The placeholder in the viewport or nearest to it, and its distance in pixels. */
function nearestPlaceholder(
  placeholders: Iterable<HTMLElement>,
): { placeholder: HTMLElement; distance: number } | null {
  let found: HTMLElement | null = null
  let least = Number.POSITIVE_INFINITY
  let viewport: DOMRect | undefined
  for (const element of placeholders) {
    viewport ??= scrollerOf(element)?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    const distance = viewport ? Math.max(0, top - viewport.bottom, viewport.top - bottom) : 0
    // Of equally near ones the last, since a text is opened at its end.
    if (distance > least) continue
    found = element
    least = distance
  }
  return found && { placeholder: found, distance: least }
}

export const MountQueueContext = createContext(new MountQueue())

/** Whether a chunk may be mounted; until then, the ref is for its placeholder. */
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
