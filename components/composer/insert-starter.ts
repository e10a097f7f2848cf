import { composerId } from '@/components/ui/composer-focus'
import { insertText } from './insert-text'

/**
 * Puts a starter in the box, beside what was typed there: before it where the starter ends in blank lines, else after it.
 * Another starter that nobody has touched gives way. Undo takes it back.
 */
export function insertStarter(starter: string, starters: { text: string }[]): void {
  const box = document.getElementById(composerId)
  if (!(box instanceof HTMLTextAreaElement)) return
  const typed = box.value
  if (typed.trim() === '' || starters.some(({ text }) => text === typed)) insertText(box, starter, 0, typed.length)
  else if (starter.endsWith('\n')) {
    insertText(box, starter, 0, 0)
    box.setSelectionRange(box.value.length, box.value.length)
  } else
    insertText(
      box,
      `${'\n'.repeat(Math.max(0, 2 - (typed.match(/\n*$/)?.[0].length ?? 0)))}${starter}`,
      typed.length,
      typed.length,
    )
}
