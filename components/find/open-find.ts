/** Asks the transcript on screen to open its search. */
export const findEvent = 'rill:find'

export function openFind(): void {
  document.dispatchEvent(new Event(findEvent))
}
