'use client'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { isMac, type Shortcut } from './keys'

/** The tooltip of the element that has the pointer or the keyboard focus. Hidden from screen readers, which have its name. */
export function Tooltips() {
  const { element, hide } = useTooltipElement()
  const box = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    if (!element || !box.current) return
    box.current.showPopover?.()
    place(box.current, element)
    const removal = new MutationObserver(() => {
      if (!element.isConnected) hide()
    })
    removal.observe(document.body, { childList: true, subtree: true })
    return () => removal.disconnect()
  }, [element, hide])

  if (!element) return null
  const keys = element.dataset.tooltipKeys
  return (
    <div
      ref={box}
      popover="manual"
      aria-hidden="true"
      className="pointer-events-none fixed z-50 m-0 flex max-w-72 items-center gap-2 rounded-small bg-ink px-2 py-1 text-note text-surface wrap-anywhere"
    >
      <span dir="auto">{element.dataset.tooltip}</span>
      {keys ? (
        <span className="flex gap-0.5">
          {keyCaps(keys, isMac()).map((cap) => (
            <kbd key={cap} className="min-w-5 rounded-[0.25rem] bg-surface/18 px-1 text-center font-sans">
              {cap}
            </kbd>
          ))}
        </span>
      ) : null}
    </div>
  )
}

/** Follows the pointer and the focus to the element whose tooltip is shown, if any. Every other input hides it. */
function useTooltipElement(): { element: HTMLElement | null; hide: () => void } {
  const [element, setElement] = useState(initialElement)
  const shown = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    shown.current = element
  }, [element])
  const hide = useCallback(() => setElement(null), [])

  useEffect(() => {
    /** A pressed element shows no tooltip until the pointer has left it. */
    let pressed: HTMLElement | null = null
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && keepsEscape(shown.current)) event.preventDefault()
      hide()
    }
    const onPointerDown = ({ target }: PointerEvent) => {
      pressed = elementWithTooltip(target)
      hide()
    }
    const onPointerOver = ({ target, pointerType }: PointerEvent) => {
      const hovered = pointerType === 'touch' ? null : elementWithTooltip(target)
      if (hovered !== pressed) pressed = null
      setElement(pressed ? null : hovered)
    }
    const onFocusIn = ({ target }: FocusEvent) =>
      setElement(target instanceof Element && target.matches(':focus-visible') ? elementWithTooltip(target) : null)
    const listeners = Object.entries({
      pointerover: onPointerOver,
      pointerdown: onPointerDown,
      focusin: onFocusIn,
      focusout: hide,
      keydown: onKeyDown,
      scroll: hide,
    }) as [string, EventListener][]
    // Capturing sees events whose propagation is stopped.
    for (const [type, listener] of listeners)
      document.addEventListener(type, listener, { capture: true, passive: type !== 'keydown' })
    return () => {
      for (const [type, listener] of listeners) document.removeEventListener(type, listener, { capture: true })
    }
  }, [hide])
  return { element, hide }
}

/** The input that loaded this code may have been on an element with a tooltip. */
function initialElement(): HTMLElement | null {
  const hovered = window.matchMedia('(hover: hover)').matches ? [...document.querySelectorAll(':hover')].at(-1) : null
  return elementWithTooltip(hovered ?? null) ?? elementWithTooltip(document.querySelector(':focus-visible'))
}

/**
 * Whether Escape only hides the tooltip of this element: it has the keyboard focus, and the tooltip isn't about Escape.
 * Outside `main`, Escape also closes the overlay that the element is in.
 */
function keepsEscape(element: HTMLElement | null): boolean {
  return element?.matches('main :focus-visible') === true && element.dataset.tooltipKeys !== 'Escape'
}

/** The closest ancestor of an event target whose tooltip may be shown. */
function elementWithTooltip(target: EventTarget | null): HTMLElement | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-tooltip]') : null
  // An open menu already explains its button.
  if (!element?.dataset.tooltip || element.matches('[aria-haspopup][aria-expanded="true"]')) return null
  return 'tooltipWhenTruncated' in element.dataset && !isTruncated(element) ? null : element
}

function isTruncated(element: HTMLElement): boolean {
  return [element, ...element.querySelectorAll('.truncate')].some((each) => each.scrollWidth > each.clientWidth)
}

/** Pixels between a tooltip and its element, and between a tooltip and the edge of the window. */
const GAP = 6
const MARGIN = 8

function place(box: HTMLElement, element: HTMLElement): void {
  const anchor = element.getBoundingClientRect()
  const { width, height } = box.getBoundingClientRect()
  const clamp = (start: number, size: number, space: number) => Math.max(MARGIN, Math.min(start, space - size - MARGIN))
  const side = element.dataset.tooltipSide
  const fitsAfter = anchor.right + GAP + width + MARGIN <= window.innerWidth
  if (side === 'after' && fitsAfter) {
    box.style.left = `${anchor.right + GAP}px`
    box.style.top = `${clamp(anchor.top + (anchor.height - height) / 2, height, window.innerHeight)}px`
    return
  }
  const above = anchor.top - GAP - height
  const below = anchor.bottom + GAP
  const fitsBelow = below + height + MARGIN <= window.innerHeight
  box.style.left = `${clamp(anchor.left + (anchor.width - width) / 2, width, window.innerWidth)}px`
  box.style.top = `${(side === 'above' && above >= MARGIN) || !fitsBelow ? above : below}px`
}

const macCaps: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Escape: 'Esc' }
const otherCaps: Record<string, string> = { Mod: 'Ctrl', Escape: 'Esc' }

/** The label of each key of a shortcut. */
function keyCaps(keys: Shortcut, mac: boolean): string[] {
  const caps = mac ? macCaps : otherCaps
  return keys.split('+').map((key) => caps[key] ?? key)
}
