/** What the composer does with a key: nothing of its own, send, or bring back the last prompt. */
export type KeyAction = 'none' | 'send' | 'recall'

export interface PressedKey {
  key: string
  keyCode: number
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
}

/**
 * Enter while an input method composes never sends: `isComposing` says so, and Safari, which ends the composition
 * first, gives the key code 229. Ctrl or Cmd with Enter always sends. On touch, Enter breaks the line.
 */
export function keyAction(
  pressed: PressedKey,
  box: { empty: boolean; enterSends: boolean; touch: boolean },
): KeyAction {
  if (pressed.isComposing || pressed.keyCode === 229) return 'none'
  if (pressed.key === 'ArrowUp' && box.empty && !pressed.shiftKey && !pressed.altKey) return 'recall'
  if (pressed.key !== 'Enter') return 'none'
  if (pressed.ctrlKey || pressed.metaKey) return 'send'
  return box.enterSends && !box.touch && !pressed.shiftKey && !pressed.altKey ? 'send' : 'none'
}

/** What of a text box says whether a key has something to do in it. */
type Box = Pick<HTMLTextAreaElement, 'value' | 'selectionStart' | 'selectionEnd' | 'scrollHeight' | 'clientHeight'>

/** Whether a key that moves by a page, or to an end, is for the transcript, since it has nothing left to do in the box. */
export function scrollsTranscript({ key, shiftKey, altKey }: PressedKey, box: Box): boolean {
  if (shiftKey || altKey || box.selectionStart !== box.selectionEnd) return false
  const atStart = box.selectionStart === 0
  const atEnd = box.selectionEnd === box.value.length
  const fits = box.scrollHeight <= box.clientHeight
  switch (key) {
    case 'PageUp':
      return fits || atStart
    case 'PageDown':
      return fits || atEnd
    case 'Home':
      return atStart
    case 'End':
      return atEnd
    default:
      return false
  }
}
