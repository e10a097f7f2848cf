/** Something that has the browser look at an element in every frame, as its observers do. */
interface Watch {
  element: Element
  begin(): void
  end(): void
}

/** Marks a chunk that is too far away for anybody to look at what it holds. */
export const farMark = 'data-offscreen'

const watches = new Set<Watch>()

/** Watches an element, but not while a chunk that it is in is too far away. Returns how to end it. */
export function watch(each: Watch): () => void {
  watches.add(each)
  if (!isFar(each.element)) each.begin()
  return () => {
    watches.delete(each)
    each.end()
  }
}

/** Whether an element is in a chunk that is too far away. */
export function isFar(element: Element): boolean {
  return element.parentElement?.closest(`[${farMark}]`) != null
}

/** Begins or ends all watches within a chunk, whose mark has changed. */
export function watchWithin(chunk: Element): void {
  for (const each of watches) {
    if (each.element === chunk || !chunk.contains(each.element)) continue
    if (isFar(each.element)) each.end()
    else each.begin()
  }
}
