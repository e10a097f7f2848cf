import { watch } from './watching'

/** What is further away than this can wait. */
const near = '1000px'

/** One for each element that scrolls, or for the window: each takes time in every frame. */
const observers = new WeakMap<Element | Document, IntersectionObserver>()
const waiting = new WeakMap<Element, Set<() => void>>()

/** Runs something once an element is near what is in sight; returns how to call it off. */
export function whenNear(element: HTMLElement | null, run: () => void): () => void {
  if (!element || !('IntersectionObserver' in window)) return () => {}
  const observer = observerAround(element)
  const runs = waiting.get(element) ?? new Set()
  waiting.set(element, runs)
  const once = () => {
    leave()
    run()
  }
  const leave = watch({
    element,
    begin() {
      runs.add(once)
      observer.observe(element)
    },
    end() {
      runs.delete(once)
      if (runs.size === 0) observer.unobserve(element)
    },
  })
  return leave
}

function observerAround(element: HTMLElement): IntersectionObserver {
  // A margin counts only around what scrolls.
  const root = element.closest('[role="log"]') ?? document
  const known = observers.get(root)
  if (known) return known
  const made = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) for (const run of [...(waiting.get(target) ?? [])]) run()
    },
    { root, rootMargin: near },
  )
  observers.set(root, made)
  return made
}
