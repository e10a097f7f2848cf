'use client'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { isMac, type Shortcut } from './keys'

const macCaps: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Escape: 'Esc' }
const otherCaps: Record<string, string> = { Mod: 'Ctrl', Escape: 'Esc' }

/** In pixels: between a tooltip and its element, and the edge of the window. */
const gap = 6
const margin = 8

/**
 * The one tooltip of the page, at whatever element the mouse or the keyboard's focus is on. It shows at once and repeats
 * what the element is called, so that screen readers need not hear it.
 */
export function Tooltips() {
  const [element, setElement] = useState(alreadyMeant)
  const shown = useRef<HTMLElement>(null)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    /** It was pressed, and says no more until the mouse has left it. */
    let pressed: HTMLElement | null = null
    const hide = () => setElement(null)
    const onKey = (event: KeyboardEvent) => {
      // Outside of the page's main part, Escape closes what floats, and the tooltip with it.
      const focused = shown.current?.matches('main :focus-visible') ? shown.current : null
      // Escape is for the tooltip that the keyboard has opened, unless it tells what Escape does.
      if (event.key === 'Escape' && focused && focused.dataset.tooltipKeys !== 'Escape') event.preventDefault()
      hide()
    }
    const onPress = ({ target }: PointerEvent) => {
      pressed = described(target)
      hide()
    }
    const onPointer = ({ target, pointerType }: PointerEvent) => {
      const under = pointerType === 'touch' ? null : described(target)
      if (under !== pressed) pressed = null
      setElement(pressed ? null : under)
    }
    const onFocus = ({ target }: FocusEvent) =>
      setElement(target instanceof Element && target.matches(':focus-visible') ? described(target) : null)
    const events = {
      pointerover: onPointer,
      pointerdown: onPress,
      focusin: onFocus,
      focusout: hide,
      keydown: onKey,
      scroll: hide,
    }
    // Captured, so that what stops an event still hides the tooltip.
    const all = Object.entries(events) as [string, EventListener][]
    for (const [name, listener] of all)
      document.addEventListener(name, listener, { capture: true, passive: name !== 'keydown' })
    return () => {
      for (const [name, listener] of all) document.removeEventListener(name, listener, { capture: true })
    }
  }, [])

  useLayoutEffect(() => {
    shown.current = element
    if (!element || !box.current) return
    box.current.showPopover?.()
    place(box.current, element)
    const removal = new MutationObserver(() => {
      if (!element.isConnected) setElement(null)
    })
    removal.observe(document.body, { childList: true, subtree: true })
    return () => removal.disconnect()
  }, [element])

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

/** The mouse or the keyboard may be at one already: it is what has this code fetched. */
function alreadyMeant(): HTMLElement | null {
  const hovered = window.matchMedia('(hover: hover)').matches ? [...document.querySelectorAll(':hover')].at(-1) : null
  return described(hovered ?? null) ?? described(document.querySelector(':focus-visible'))
}

/** The element around a target that has a tooltip now. */
function described(target: EventTarget | null): HTMLElement | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-tooltip]') : null
  // What a button has opened says enough.
  if (!element?.dataset.tooltip || element.matches('[aria-haspopup][aria-expanded="true"]')) return null
  return 'tooltipWhenCut' in element.dataset && !isCut(element) ? null : element
}

function isCut(element: HTMLElement): boolean {
  return [element, ...element.querySelectorAll('.truncate')].some((each) => each.scrollWidth > each.clientWidth)
}

function place(box: HTMLElement, element: HTMLElement): void {
  const at = element.getBoundingClientRect()
  const { width, height } = box.getBoundingClientRect()
  const within = (start: number, size: number, space: number) =>
    Math.max(margin, Math.min(start, space - size - margin))
  const side = element.dataset.tooltipSide
  const roomAfter = at.right + gap + width + margin <= window.innerWidth
  if (side === 'after' && roomAfter) {
    box.style.left = `${at.right + gap}px`
    box.style.top = `${within(at.top + (at.height - height) / 2, height, window.innerHeight)}px`
    return
  }
  const above = at.top - gap - height
  const below = at.bottom + gap
  const fitsBelow = below + height + margin <= window.innerHeight
  box.style.left = `${within(at.left + (at.width - width) / 2, width, window.innerWidth)}px`
  box.style.top = `${(side === 'above' && above >= margin) || !fitsBelow ? above : below}px`
}

/** What stands on each key of a shortcut. */
function keyCaps(keys: Shortcut, mac: boolean): string[] {
  const caps = mac ? macCaps : otherCaps
  return keys.split('+').map((key) => caps[key] ?? key)
}
