import { isFar, watch } from './watching'

let observer: ResizeObserver | null = null
const shown = new Set<Element>()

/** Those of what is shown that are a place to stop at only while they are too wide. */
const stops = new WeakSet<Element>()

/** What is too wide for its place scrolls inside itself, and its edge fades where there is more. A ref. */
export function fadesWhenWide(element: HTMLElement | null): (() => void) | undefined {
  if (!element) return
  shown.add(element)
  const leave = watch({
    element,
    begin: () => startObserver()?.observe(element),
    end: () => observer?.unobserve(element),
  })
  return () => {
    shown.delete(element)
    leave()
  }
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
    const isWide = target.scrollWidth > target.clientWidth
    target.toggleAttribute('data-more', isWide)
    if (stops.has(target) && isWide) target.setAttribute('tabindex', '0')
    else if (stops.has(target)) target.removeAttribute('tabindex')
    // All that are observed are looked at in each frame; a width changes only with the window's.
    observer?.unobserve(target)
  }
}
