/** Asks the visible transcript to open its find bar. In a file of its own: the first page loads it, the find bar later. */
export function openFind(): void {
  document.dispatchEvent(new Event(openFindEvent))
}

export const openFindEvent = 'rill:find'
