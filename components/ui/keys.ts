/** Key names joined by `+`, e.g. `Mod+Shift+O`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
export type Shortcut = string

/** Whether the keyboard has ⌘ in place of Ctrl. Only works in the browser. */
export function isMac(): boolean {
  const { platform, userAgent } = navigator
  return /^(Mac|iP)/.test(platform) || /\bMac OS X\b/.test(userAgent)
}

/** Whether Ctrl, or ⌘ on a Mac, is pressed without Alt. On a Mac, Ctrl with a letter moves the caret. */
export function isCommand(event: Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  const [command, other] = isMac() ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  return command && !other && !event.altKey
}
