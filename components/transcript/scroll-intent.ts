/** In pixels: nearer to the end than this counts as being there. */
export const END_DISTANCE = 100

/** What `listenForScrollIntent` controls: whether the end of the content stays in view. */
export interface Following {
  isFollowing(): boolean
  resume(): void
  stop(): void
  /** Lets the next scroll down to the end resume following. */
  allowResume(): void
  /** Scrolls to the end, unless a smooth scroll is under way. */
  stayAtEnd(): void
}

/**
 * Translates the user's input into stopping or resuming; `signal` removes all listeners.
 * @returns whether a finger is on the content, which must not scroll by itself then
 */
export function listenForScrollIntent(
  scroller: HTMLElement,
  content: HTMLElement,
  following: Following,
  signal: AbortSignal,
): { isTouched(): boolean } {
  const { isFollowing, resume, stop, allowResume } = following
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY < 0) stop()
    else allowResume()
  }
  // Dragging the scrollbar fires no event but this one.
  const onPointerDown = () => allowResume()
  const onKeyDown = ({ key, shiftKey }: KeyboardEvent) => {
    const up = ['PageUp', 'ArrowUp', 'Home'].includes(key) || (key === ' ' && shiftKey)
    if (up) stop()
    else if (['PageDown', 'ArrowDown', 'End', ' '].includes(key)) allowResume()
  }
  // In the capture phase, before a disclosure opens: the user reads on at its start, not at the end that it moves.
  const onClick = ({ target }: Event) => {
    if (!(target instanceof Element) || !target.closest('summary, [aria-expanded]:not([aria-haspopup])')) return
    const wasFollowing = isFollowing()
    stop()
    requestAnimationFrame(() => {
      if (wasFollowing && distanceToEnd(scroller) < 1) resume()
    })
  }
  const onSelectionChange = () => {
    if (hasSelection(content)) stop()
  }
  scroller.addEventListener('wheel', onWheel, { passive: true, signal })
  scroller.addEventListener('pointerdown', onPointerDown, { passive: true, signal })
  scroller.addEventListener('keydown', onKeyDown, { signal })
  scroller.addEventListener('click', onClick, { capture: true, signal })
  document.addEventListener('selectionchange', onSelectionChange, { signal })
  return listenForTouch(scroller, content, following, signal)
}

/** A touch stops following. Lifting the finger near the end resumes it, unless the finger scrolled up. */
function listenForTouch(
  scroller: HTMLElement,
  content: HTMLElement,
  following: Following,
  signal: AbortSignal,
): { isTouched(): boolean } {
  let isTouched = false
  let wasFollowing = false
  let scrollTopBefore = 0
  let gesture = new AbortController()
  const onTouchEnd = (event: Event) => {
    if (event instanceof TouchEvent && event.touches.length > 0) return
    gesture.abort()
    isTouched = false
    const moved = scroller.scrollTop - scrollTopBefore
    const resumes = moved > 0 || (moved === 0 && wasFollowing)
    if (!resumes || distanceToEnd(scroller) >= END_DISTANCE || hasSelection(content)) return
    following.resume()
    following.stayAtEnd()
  }
  const onTouchStart = ({ target, touches }: TouchEvent) => {
    if (!target) return
    // The first finger begins a gesture, also when the end of the last one was missed.
    if (!isTouched || touches.length === 1) {
      gesture.abort()
      gesture = new AbortController()
      isTouched = true
      wasFollowing = following.isFollowing()
      scrollTopBefore = scroller.scrollTop
      following.stop()
      following.allowResume()
    }
    // Listens on the target: events of an element that new text has replaced don't bubble to the scroller.
    for (const type of ['touchend', 'touchcancel'])
      target.addEventListener(type, onTouchEnd, { signal: gesture.signal })
  }
  scroller.addEventListener('touchstart', onTouchStart, { passive: true, signal })
  return { isTouched: () => isTouched }
}

/** In pixels. */
export function distanceToEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight
}

function hasSelection(element: Element): boolean {
  const selection = document.getSelection()
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode)
}
