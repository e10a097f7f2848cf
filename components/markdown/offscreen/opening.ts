'use client'
import { createContext, type RefObject, useContext, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** In milliseconds: what mounting may take of a frame, layout and all. */
const budget = 6
/** In pixels: what is further from the sight waits for idle time, though not for ever (milliseconds). */
const far = 3000
const idleMs = 500

/**
 * Much text that is to be shown at once is mounted chunk by chunk, the ones nearest to the sight first, so that the page
 * never stands still. What is read stays where it is while chunks that begin above it get their heights.
 */
export class Opening {
  private readonly waiting = new Map<HTMLElement, () => void>()
  private scheduled = false
  /** Chunks that are mounted first wait for their turn while this is true. */
  active = false

  /** Much is about to be shown. */
  begin(): void {
    this.active = true
  }

  /** `mount` puts a chunk into the place of an element. Returns how to call it off. */
  ask(place: HTMLElement, mount: () => void): () => void {
    this.waiting.set(place, mount)
    if (!this.scheduled) this.schedule(soon)
    return () => this.waiting.delete(place)
  }

  /** Mounts all that waits, and what that brings. */
  mountAll(): void {
    this.active = false
    for (const place of this.waiting.keys()) this.fill(place)
  }

  private mount(): void {
    this.scheduled = false
    const until = performance.now() + budget
    let next = nearest(this.waiting.keys())
    while (next && performance.now() < until) {
      this.fill(next.place)
      next = nearest(this.waiting.keys())
    }
    // What is far away is in no hurry.
    if (next) this.schedule(next.away < far ? soon : whenIdle)
    else this.active = false
  }

  private schedule(when: (run: () => void) => void): void {
    this.scheduled = true
    when(() => this.mount())
  }

  private fill(place: HTMLElement): void {
    const mount = this.waiting.get(place)
    this.waiting.delete(place)
    const scroller = scrollerOf(place)
    const isAbove = scroller && place.getBoundingClientRect().top < scroller.getBoundingClientRect().top
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
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: idleMs })
  else soon(run)
}

/** The place that is in sight, or nearest to it, and how many pixels away it is. */
function nearest(places: Iterable<HTMLElement>): { place: HTMLElement; away: number } | null {
  let found: HTMLElement | null = null
  let least = Number.POSITIVE_INFINITY
  let sight: DOMRect | undefined
  for (const element of places) {
    sight ??= scrollerOf(element)?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    const away = sight ? Math.max(0, top - sight.bottom, sight.top - bottom) : 0
    // Of those that are as near, the last: that is where a text is opened.
    if (away > least) continue
    found = element
    least = away
  }
  return found && { place: found, away: least }
}

export const OpeningContext = createContext(new Opening())

/** Whether it is a chunk's turn to be mounted; until then, an element in its place gets the reference. */
export function useTurn(mayWait: boolean): { here: boolean; place: RefObject<HTMLDivElement | null> } {
  const opening = useContext(OpeningContext)
  const place = useRef<HTMLDivElement>(null)
  const [here, setHere] = useState(!(mayWait && opening.active))
  useEffect(
    () => (here || !place.current ? undefined : opening.ask(place.current, () => setHere(true))),
    [here, opening],
  )
  return { here, place }
}
