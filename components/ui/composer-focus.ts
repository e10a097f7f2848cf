import { touchScreen } from './use-media'

/** Element ids. */
export const composerId = 'composer'
export const transcriptId = 'transcript'

export function focusComposer(): void {
  document.getElementById(composerId)?.focus({ preventScroll: true })
}

/** Moves the focus before the focused element is removed. On touch screens, focusing the composer would open the keyboard. */
export function focusComposerOrTranscript(): void {
  if (!window.matchMedia(touchScreen).matches) focusComposer()
  else document.getElementById(transcriptId)?.focus({ preventScroll: true })
}

/** The part of the transcript's height that a page key scrolls, so that some text stays visible. */
const PAGE_FRACTION = 0.875

/** Scrolls the transcript as if it had received the key. Returns false if there is no transcript. */
export function scrollTranscript(key: string): boolean {
  const transcript = document.getElementById(transcriptId)
  if (!transcript) return false
  // The code that follows the end of the transcript listens for keys.
  transcript.dispatchEvent(new KeyboardEvent('keydown', { key }))
  const page = transcript.clientHeight * PAGE_FRACTION
  if (key === 'Home') transcript.scrollTop = 0
  else if (key === 'End') transcript.scrollTop = transcript.scrollHeight
  else transcript.scrollTop += key === 'PageUp' ? -page : page
  return true
}
