import { composerId } from './composer-focus'
import { touchScreen } from './use-media'

/** Element ids. */
export const contentId = 'content'
export const sidebarId = 'sidebar'

/** Focuses an element if the focused one was removed. Does nothing if the person has moved the focus since. */
export function focusIfLost(element: HTMLElement | null | undefined): void {
  if (document.activeElement === document.body) element?.focus({ preventScroll: true })
}

/** Moves the focus after the focused element was removed. On touch screens, focusing the composer would open the keyboard. */
export function focusContent(): void {
  const content = document.getElementById(contentId)
  const composer = window.matchMedia(touchScreen).matches ? null : document.getElementById(composerId)
  const drawer = document.querySelector<HTMLElement>(`#${sidebarId} a`)
  ;(content?.inert ? drawer : (composer ?? content))?.focus({ preventScroll: true })
}
