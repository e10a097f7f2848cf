/** What the composer does with a key: nothing of its own, send, or bring back the last prompt. */
export type KeyAnswer = 'none' | 'send' | 'recall'

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
export function answerToKey(
  pressed: PressedKey,
  box: { empty: boolean; enterSends: boolean; touch: boolean },
): KeyAnswer {
  if (pressed.isComposing || pressed.keyCode === 229) return 'none'
  if (pressed.key === 'ArrowUp' && box.empty && !pressed.shiftKey && !pressed.altKey) return 'recall'
  if (pressed.key !== 'Enter') return 'none'
  if (pressed.ctrlKey || pressed.metaKey) return 'send'
  return box.enterSends && !box.touch && !pressed.shiftKey && !pressed.altKey ? 'send' : 'none'
}
