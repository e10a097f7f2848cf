/** What is further away than this can wait. */
const near = '1000px'

/** Runs something once an element is near what is in sight; returns how to call it off. */
export function whenNear(element: HTMLElement | null, run: () => void): () => void {
  if (!element || !('IntersectionObserver' in window)) return () => {}
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      observer.disconnect()
      run()
    },
    // A margin counts only around what scrolls.
    { root: element.closest('[role="log"]'), rootMargin: near },
  )
  observer.observe(element)
  return () => observer.disconnect()
}
