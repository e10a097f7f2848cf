import { composerId } from './composer-focus'
import { touchScreen } from './use-media'

/** The element ids of the two parts of the page. */
export const contentId = 'content'
export const sidebarId = 'sidebar'

/** Focuses an element if the focused one was removed. A focus that the person has moved elsewhere is left alone. */
export function focusIfLost(element: HTMLElement | null | undefined): void {
  if (document.activeElement === document.body) element?.focus({ preventScroll: true })
}

/** Puts the focus where it is of use when what had it is gone. On touch, the composer would bring up the keyboard. */
export function focusContent(): void {
  const content = document.getElementById(contentId)
  const composer = window.matchMedia(touchScreen).matches ? null : document.getElementById(composerId)
  const drawer = document.querySelector<HTMLElement>(`#${sidebarId} a`)
  ;(content?.inert ? drawer : (composer ?? content))?.focus({ preventScroll: true })
}
