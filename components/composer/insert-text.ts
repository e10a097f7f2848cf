/**
 * Writes over a part of a text box as typing does, so that the browser's undo takes it back. False where the browser has
 * no way to do so.
 */
export function insertText(box: HTMLTextAreaElement, text: string, from: number, to: number): boolean {
  box.focus({ preventScroll: true })
  box.setSelectionRange(from, to)
  return document.execCommand?.('insertText', false, text) ?? false
}
