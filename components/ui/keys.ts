/** A shortcut by its standard names, e.g. `Mod+Shift+O`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
export type Shortcut = string

const macCaps: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Escape: 'Esc' }
const otherCaps: Record<string, string> = { Mod: 'Ctrl', Escape: 'Esc' }

/** Whether the keyboard is a Mac's. Only the browser knows. */
export function isMac(): boolean {
  const { platform, userAgent } = navigator
  return /^(Mac|iP)/.test(platform) || /\bMac OS X\b/.test(userAgent)
}

/** What stands on each key of a shortcut. */
export function keyCaps(keys: Shortcut, mac: boolean): string[] {
  const caps = mac ? macCaps : otherCaps
  return keys.split('+').map((key) => caps[key] ?? key)
}

/** A shortcut as `aria-keyshortcuts` wants it. The page is rendered before its keyboard is known, so both forms stand. */
export function ariaKeys(keys: Shortcut): string {
  if (!keys.startsWith('Mod+')) return keys
  const rest = keys.slice('Mod+'.length)
  return `Control+${rest} Meta+${rest}`
}

/** Ctrl, or ⌘ on a Mac, and no other key but Shift. On a Mac, Ctrl with a letter moves the caret and is left alone. */
export function isCommand(event: Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  const [command, other] = isMac() ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  return command && !other && !event.altKey
}
