'use client'
import { createContext, type RefObject, useContext, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** In milliseconds: what mounting may take of a frame, layout and all. */
const budget = 6

/**
 * Much text that is to be shown at once is mounted chunk by chunk, the ones nearest to the sight first, so that the page
 * never stands still. What is read stays where it is while chunks that begin above it get their heights.
 */
export class Opening {
  private readonly waiting = new Map<HTMLElement, () => void>()
  private timer: ReturnType<typeof setTimeout> | null = null
  /** Chunks that are mounted first wait for their turn while this is true. */
  active = false

  /** Much is about to be shown. */
  begin(): void {
    this.active = true
  }

  /** `mount` puts a chunk into the place of an element. Returns how to call it off. */
  ask(place: HTMLElement, mount: () => void): () => void {
    this.waiting.set(place, mount)
    this.timer ??= setTimeout(() => this.mount())
    return () => this.waiting.delete(place)
  }

  private mount(): void {
    const until = performance.now() + budget
    do {
      const next = nearest(this.waiting.keys())
      if (next) this.fill(next)
    } while (this.waiting.size > 0 && performance.now() < until)
    this.timer = this.waiting.size > 0 ? setTimeout(() => this.mount()) : null
    if (!this.timer) this.active = false
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

/** The element that is in sight, or nearest to it. */
function nearest(elements: Iterable<HTMLElement>): HTMLElement | null {
  let found: HTMLElement | null = null
  let least = Number.POSITIVE_INFINITY
  let sight: DOMRect | undefined
  for (const element of elements) {
    sight ??= scrollerOf(element)?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    const away = sight ? Math.max(0, top - sight.bottom, sight.top - bottom) : 0
    // Of those that are as near, the last: that is where a text is opened.
    if (away > least) continue
    found = element
    least = away
  }
  return found
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
