import type { Shortcut } from './keys'

interface TooltipOptions {
  keys?: Shortcut
  /** Where it opens, if there is room: below otherwise. */
  side?: 'above' | 'after'
  /** Only while some of the words are cut off. */
  whenCut?: boolean
}

/** The attributes that give an element a tooltip. Its name for screen readers is its own matter. */
export function tooltip(text: string, { keys, side, whenCut }: TooltipOptions = {}) {
  return {
    'data-tooltip': text,
    'data-tooltip-keys': keys,
    'data-tooltip-side': side,
    'data-tooltip-when-cut': whenCut || undefined,
    // The page is rendered before its keyboard is known, so both forms stand.
    'aria-keyshortcuts': keys?.startsWith('Mod+') ? `Control${keys.slice(3)} Meta${keys.slice(3)}` : keys,
  }
}
