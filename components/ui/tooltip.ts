import type { Shortcut } from './keys'

interface TooltipOptions {
  keys?: Shortcut
  /** The preferred side; by default, and if there is no room, below. */
  side?: 'above' | 'after'
  /** Shows the tooltip only while the element's text is truncated. */
  whenTruncated?: boolean
}

/** Attributes that give an element a tooltip. They do not give it an accessible name. */
export function tooltip(text: string, { keys, side, whenTruncated }: TooltipOptions = {}) {
  return {
    'data-tooltip': text,
    'data-tooltip-keys': keys,
    'data-tooltip-side': side,
    'data-tooltip-when-truncated': whenTruncated || undefined,
    // The server doesn't know the keyboard, so both shortcuts are listed.
    'aria-keyshortcuts': keys?.startsWith('Mod+') ? `Control${keys.slice(3)} Meta${keys.slice(3)}` : keys,
  }
}
