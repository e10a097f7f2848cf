import { observeUnlessHidden } from './pausable-observers'

/** What is further away than this can wait. */
const MARGIN = '1000px'

/** One for each element that scrolls, or for the window: each takes time in every frame. */
const observers = new WeakMap<Element | Document, IntersectionObserver>()
const callbacks = new WeakMap<Element, Set<() => void>>()

/** Runs something once an element is near what is in sight; returns how to call it off. */
export function whenNearViewport(element: HTMLElement | null, run: () => void): () => void {
  if (!element || !('IntersectionObserver' in window)) return () => {}
  const observer = observerFor(element)
  const runs = callbacks.get(element) ?? new Set()
  callbacks.set(element, runs)
  const once = () => {
    leave()
    run()
  }
  const leave = observeUnlessHidden({
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
  return leave
}

function observerFor(element: HTMLElement): IntersectionObserver {
  // A margin counts only around what scrolls.
  const root = element.closest('[role="log"]') ?? document
  const known = observers.get(root)
  if (known) return known
  const made = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) for (const run of [...(callbacks.get(target) ?? [])]) run()
    },
    { root, rootMargin: MARGIN },
  )
  observers.set(root, made)
  return made
}
