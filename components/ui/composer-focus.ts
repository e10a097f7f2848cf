import { touchScreen } from './use-media'

/** The element ids of the text box, and of what scrolls above it. */
export const composerId = 'composer'
export const transcriptId = 'transcript'

export function focusComposer(): void {
  document.getElementById(composerId)?.focus({ preventScroll: true })
}

/**
 * What has the focus is about to go, and the focus goes to what is written next. On touch, where that would bring up the
 * keyboard, it goes to the transcript.
 */
export function leaveFocus(): void {
  if (!window.matchMedia(touchScreen).matches) focusComposer()
  else document.getElementById(transcriptId)?.focus({ preventScroll: true })
}

/** Of the transcript's height: what was at one end of it stays in sight. */
const pageShare = 0.875

/** Scrolls the transcript as a key would if it had the focus. False when there is none. */
export function scrollTranscript(key: string): boolean {
  const transcript = document.getElementById(transcriptId)
  if (!transcript) return false
  // Whoever follows its end learns from the key where the person is going.
  transcript.dispatchEvent(new KeyboardEvent('keydown', { key }))
  const page = transcript.clientHeight * pageShare
  if (key === 'Home') transcript.scrollTop = 0
  else if (key === 'End') transcript.scrollTop = transcript.scrollHeight
  else transcript.scrollTop += key === 'PageUp' ? -page : page
  return true
}
