import { isInHiddenChunk, observeUnlessHidden } from '../offscreen/pausable-observers'

let observer: ResizeObserver | null = null
const scrollers = new Set<Element>()

/** Scrollers that are focusable only while they overflow. */
const focusableScrollers = new WeakSet<Element>()

/** A ref: the edges of an element that overflows fade where there is more to scroll. */
export function fadeOverflow(element: HTMLElement | null): (() => void) | undefined {
  if (!element) return
  scrollers.add(element)
  const onScroll = () => markOverflow(element)
  element.addEventListener('scroll', onScroll, { passive: true })
  const stopObserving = observeUnlessHidden({
    element,
    start: () => startObserver()?.observe(element),
    stop: () => observer?.unobserve(element),
  })
  return () => {
    scrollers.delete(element)
    element.removeEventListener('scroll', onScroll)
    stopObserving()
  }
}

/** Marks the sides that have more to scroll; returns whether there are any. */
function markOverflow(element: Element): boolean {
  const room = element.scrollWidth - element.clientWidth
  const scrolled = Math.abs(element.scrollLeft)
  element.toggleAttribute('data-before', scrolled > 1)
  element.toggleAttribute('data-more', scrolled < room - 1)
  return room > 0
}

/** A ref: the same, and the element is focusable while it overflows. */
export function fadeAndFocusOverflow(element: HTMLElement | null): (() => void) | undefined {
  if (element) focusableScrollers.add(element)
  return fadeOverflow(element)
}

/** A ResizeObserver reports after layout, so reading widths doesn't force one. */
function startObserver(): ResizeObserver | null {
  if (observer || !('ResizeObserver' in window)) return observer
  observer = new ResizeObserver(onResize)
  window.addEventListener('resize', () => {
    for (const element of scrollers) if (!isInHiddenChunk(element)) observer?.observe(element)
  })
  return observer
}

function onResize(entries: ResizeObserverEntry[]): void {
  for (const { target } of entries) {
    const isWide = markOverflow(target)
    if (focusableScrollers.has(target) && isWide) target.setAttribute('tabindex', '0')
    else if (focusableScrollers.has(target)) target.removeAttribute('tabindex')
    // Observed elements cost every frame. What fits can only get less room when the window is resized.
    if (!isWide) observer?.unobserve(target)
  }
}
