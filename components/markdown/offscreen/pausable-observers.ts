/** An observer of an element, which costs the browser time in every frame while it is on. */
interface PausableObserver {
  element: Element
  start(): void
  stop(): void
}

/** Marks a chunk that is far from the viewport, and whose content is hidden. */
export const offscreenMark = 'data-offscreen'

const pausableObservers = new Set<PausableObserver>()

/** Runs an observer except while its element is in a hidden chunk. Returns a function that ends it. */
export function observeUnlessHidden(each: PausableObserver): () => void {
  pausableObservers.add(each)
  if (!isInHiddenChunk(each.element)) each.start()
  return () => {
    pausableObservers.delete(each)
    each.stop()
  }
}

export function isInHiddenChunk(element: Element): boolean {
  return element.parentElement?.closest(`[${offscreenMark}]`) != null
}

/** Starts or stops all observers in a chunk that was hidden or revealed. */
export function updateObserversIn(chunk: Element): void {
  for (const each of pausableObservers) {
    if (each.element === chunk || !chunk.contains(each.element)) continue
    if (isInHiddenChunk(each.element)) each.stop()
    else each.start()
  }
}
