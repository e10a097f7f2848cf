import { isFar, watch } from '../offscreen/watching'

let observer: ResizeObserver | null = null
const shown = new Set<Element>()

/** Those of what is shown that are a place to stop at only while they are too wide. */
const stops = new WeakSet<Element>()

/** What is too wide for its place scrolls inside itself, and its edge fades where there is more. A ref. */
export function fadesWhenWide(element: HTMLElement | null): (() => void) | undefined {
  if (!element) return
  shown.add(element)
  const onScroll = () => mark(element)
  element.addEventListener('scroll', onScroll, { passive: true })
  const leave = watch({
    element,
    begin: () => startObserver()?.observe(element),
    end: () => observer?.unobserve(element),
  })
  return () => {
    shown.delete(element)
    element.removeEventListener('scroll', onScroll)
    leave()
  }
}

/** Says on which sides there is more than is in sight; whether there is any. */
function mark(element: Element): boolean {
  const room = element.scrollWidth - element.clientWidth
  const scrolled = Math.abs(element.scrollLeft)
  element.toggleAttribute('data-before', scrolled > 1)
  element.toggleAttribute('data-more', scrolled < room - 1)
  return room > 0
}

/** The same, and it has to be within reach of the keyboard then; what fits is no place to stop at. A ref. */
export function reachableWhenWide(element: HTMLElement | null): (() => void) | undefined {
  if (element) stops.add(element)
  return fadesWhenWide(element)
}

/** Its answers come when the page is laid out, so that looking at a width costs nothing. */
function startObserver(): ResizeObserver | null {
  if (observer || !('ResizeObserver' in window)) return observer
  observer = new ResizeObserver(look)
  window.addEventListener('resize', () => {
    for (const element of shown) if (!isFar(element)) observer?.observe(element)
  })
  return observer
}

function look(entries: ResizeObserverEntry[]): void {
  for (const { target } of entries) {
    const isWide = mark(target)
    if (stops.has(target) && isWide) target.setAttribute('tabindex', '0')
    else if (stops.has(target)) target.removeAttribute('tabindex')
    // All that are observed are looked at in each frame. What fits gets less room only with the window.
    if (!isWide) observer?.unobserve(target)
  }
}
