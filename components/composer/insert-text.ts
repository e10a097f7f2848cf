import { composerId } from '@/components/ui/composer-focus'

/**
 * Replaces a range of a text box as typing would, so that the browser's undo covers it. Returns false where the
 * browser doesn't support that.
 */
export function insertText(box: HTMLTextAreaElement, text: string, from: number, to: number): boolean {
  box.focus({ preventScroll: true })
  box.setSelectionRange(from, to)
  return document.execCommand?.('insertText', false, text) ?? false
}

/**
 * Inserts a starter next to the text in the composer: before it if the starter ends in blank lines, else after it.
 * Replaces another starter that wasn't edited.
 */
export function insertStarter(starter: string, starters: { text: string }[]): void {
  const box = document.getElementById(composerId)
  if (!(box instanceof HTMLTextAreaElement)) return
  const typed = box.value
  if (typed.trim() === '' || starters.some(({ text }) => text === typed)) {
    insertText(box, starter, 0, typed.length)
  } else if (starter.endsWith('\n')) {
    insertText(box, starter, 0, 0)
    box.setSelectionRange(box.value.length, box.value.length)
  } else {
    const lineBreaks = typed.match(/\n*$/)?.[0].length ?? 0
    const separator = '\n'.repeat(Math.max(0, 2 - lineBreaks))
    insertText(box, separator + starter, typed.length, typed.length)
  }
}
