/** What the composer does on a key press; `recall` brings back the last prompt. */
export type KeyAction = 'none' | 'send' | 'recall'

export interface KeyPress {
  key: string
  keyCode: number
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing: boolean
}

/**
 * Enter never sends during an IME composition. Safari ends the composition before the event, but reports key code 229.
 * Ctrl or Cmd with Enter always sends. On touch, Enter breaks the line.
 */
export function keyAction(
  press: KeyPress,
  composer: { empty: boolean; enterSends: boolean; touch: boolean },
): KeyAction {
  if (press.isComposing || press.keyCode === 229) return 'none'
  if (press.key === 'ArrowUp' && composer.empty && !press.shiftKey && !press.altKey) return 'recall'
  if (press.key !== 'Enter') return 'none'
  if (press.ctrlKey || press.metaKey) return 'send'
  return composer.enterSends && !composer.touch && !press.shiftKey && !press.altKey ? 'send' : 'none'
}

type TextBox = Pick<HTMLTextAreaElement, 'value' | 'selectionStart' | 'selectionEnd' | 'scrollHeight' | 'clientHeight'>

/** Whether a navigation key has nothing left to do in the text box, so that it scrolls the transcript instead. */
export function scrollsTranscript({ key, shiftKey, altKey }: KeyPress, box: TextBox): boolean {
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
