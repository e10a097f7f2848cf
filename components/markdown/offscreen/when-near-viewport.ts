import { observeUnlessHidden } from './pausable-observers'

/** Elements further away can wait. */
const MARGIN = '1000px'

/** One per scroll container or window, since each takes time in every frame. */
const observers = new WeakMap<Element | Document, IntersectionObserver>()
const callbacks = new WeakMap<Element, Set<() => void>>()

/** Runs a callback once an element is near the viewport. Returns a function that cancels. */
export function whenNearViewport(element: HTMLElement | null, run: () => void): () => void {
  if (!element || !('IntersectionObserver' in window)) return () => {}
  const observer = observerFor(element)
  const runs = callbacks.get(element) ?? new Set()
  callbacks.set(element, runs)
  const once = () => {
    stopObserving()
    run()
  }
  const stopObserving = observeUnlessHidden({
    element,
    start() {
      runs.add(once)
      observer.observe(element)
    },
    stop() {
      runs.delete(once)
      if (runs.size === 0) observer.unobserve(element)
    },
  })
  return stopObserving
}

function observerFor(element: HTMLElement): IntersectionObserver {
  // A root margin only works on the scroll container.
  const root = element.closest('[role="log"]') ?? document
  const known = observers.get(root)
  if (known) return known
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) for (const run of [...(callbacks.get(target) ?? [])]) run()
    },
    { root, rootMargin: MARGIN },
  )
  observers.set(root, observer)
  return observer
}
