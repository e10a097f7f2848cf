/** Something that has the browser look at an element in every frame, as its observers do. */
interface PausableObserver {
  element: Element
  start(): void
  stop(): void
}

/** Marks a chunk that is too far away for anybody to look at what it holds. */
export const offscreenMark = 'data-offscreen'

const pausableObservers = new Set<PausableObserver>()

/** Watches an element, but not while a chunk that it is in is too far away. Returns how to end it. */
export function observeUnlessHidden(each: PausableObserver): () => void {
  pausableObservers.add(each)
  if (!isInHiddenChunk(each.element)) each.start()
  return () => {
    pausableObservers.delete(each)
    each.stop()
  }
}

/** Whether an element is in a chunk that is too far away. */
export function isInHiddenChunk(element: Element): boolean {
  return element.parentElement?.closest(`[${offscreenMark}]`) != null
}

/** Begins or ends all watches within a chunk, whose mark has changed. */
export function updateObserversIn(chunk: Element): void {
  for (const each of pausableObservers) {
    if (each.element === chunk || !chunk.contains(each.element)) continue
    if (isInHiddenChunk(each.element)) each.stop()
    else each.start()
  }
}
