/** A shortcut by its standard names, e.g. `Mod+Shift+O`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
export type Shortcut = string

/** Whether the keyboard is a Mac's. Only the browser knows. */
export function isMac(): boolean {
  const { platform, userAgent } = navigator
  return /^(Mac|iP)/.test(platform) || /\bMac OS X\b/.test(userAgent)
}

/** Ctrl, or ⌘ on a Mac, and no other key but Shift. On a Mac, Ctrl with a letter moves the caret and is left alone. */
export function isCommand(event: Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  const [command, other] = isMac() ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  return command && !other && !event.altKey
}
