import { isInHiddenChunk, observeUnlessHidden } from '../offscreen/pausable-observers'

let observer: ResizeObserver | null = null
const scrollers = new Set<Element>()

/** Those of what is shown that are a place to stop at only while they are too wide. */
const focusableScrollers = new WeakSet<Element>()

/** What is too wide for its place scrolls inside itself, and its edge fades where there is more. A ref. */
export function fadeOverflow(element: HTMLElement | null): (() => void) | undefined {
  if (!element) return
  scrollers.add(element)
  const onScroll = () => markOverflow(element)
  element.addEventListener('scroll', onScroll, { passive: true })
  const leave = observeUnlessHidden({
    element,
    start: () => startObserver()?.observe(element),
    stop: () => observer?.unobserve(element),
  })
  return () => {
    scrollers.delete(element)
    element.removeEventListener('scroll', onScroll)
    leave()
  }
}

/** Says on which sides there is more than is in sight; whether there is any. */
function markOverflow(element: Element): boolean {
  const room = element.scrollWidth - element.clientWidth
  const scrolled = Math.abs(element.scrollLeft)
  element.toggleAttribute('data-before', scrolled > 1)
  element.toggleAttribute('data-more', scrolled < room - 1)
  return room > 0
}

/** The same, and it has to be within reach of the keyboard then; what fits is no place to stop at. A ref. */
export function fadeAndFocusOverflow(element: HTMLElement | null): (() => void) | undefined {
  if (element) focusableScrollers.add(element)
  return fadeOverflow(element)
}

/** Its answers come when the page is laid out, so that looking at a width costs nothing. */
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
    // All that are observed are looked at in each frame. What fits gets less room only with the window.
    if (!isWide) observer?.unobserve(target)
  }
}
