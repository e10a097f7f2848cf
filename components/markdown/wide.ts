let observer: ResizeObserver | null = null

/**
 * What is too wide for its place scrolls inside itself, and has to be within reach of the keyboard then; what fits is no
 * place to stop at. A ref.
 */
export function reachableWhenWide(element: HTMLElement): () => void {
  // Its answers come when the page is laid out, so that looking at a width costs nothing.
  observer ??= 'ResizeObserver' in window ? new ResizeObserver(look) : null
  observer?.observe(element)
  return () => observer?.unobserve(element)
}

function look(entries: ResizeObserverEntry[]): void {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute('tabindex', '0')
    else target.removeAttribute('tabindex')
  }
}
