import { observeUnlessHidden, offscreenMark, updateObserversIn } from './pausable-observers'

/** A chunk this far from the viewport is skipped. */
const SKIP_MARGIN = '1200px 0px'
/** A chunk this far from the viewport (in percent of its height) is hidden. */
const HIDE_MARGIN = '500% 0px'
/** Scrolling further than this at once is a jump, which shows a place before any observer has fired. */
const JUMP_SCREENS = 2
/** A chunk with unmounted parts is checked again after this time. */
const MOUNT_RETRY_MS = 1000
/** Marks the page while nothing may be hidden. */
const revealAllMark = 'data-whole'
const observers = new WeakMap<Element, { skip: IntersectionObserver; hide: IntersectionObserver }>()

/**
 * Skips an element offscreen: once it has left the viewport, it gets `content-visibility: auto` with its measured
 * height, so that nothing moves. The browser still visits skipped elements in every frame, so what is far away is
 * hidden, and revealed before it comes near.
 */
export function skipOffscreen(element: HTMLElement): (() => void) | undefined {
  const scroller = element.closest('[role="log"]')
  if (!scroller || !('IntersectionObserver' in window)) return
  const { skip, hide } = observers.get(scroller) ?? createObservers(scroller)
  const stopObserving = observeUnlessHidden({
    element,
    start() {
      const { style } = element
      // It has a size once it has been skipped.
      const isSkipped = style.containIntrinsicBlockSize !== ''
      if (isSkipped && !element.hasAttribute(offscreenMark)) style.contentVisibility = 'auto'
      ;(isSkipped ? hide : skip).observe(element)
    },
    stop() {
      skip.unobserve(element)
      hide.unobserve(element)
      // A skipped element costs every frame, even where nothing is shown.
      element.style.contentVisibility = ''
    },
  })
  return () => {
    if (element.isConnected) reveal(element)
    stopObserving()
  }
}

function createObservers(root: Element) {
  const hide = new IntersectionObserver(hideFarChunks, { root, rootMargin: HIDE_MARGIN })
  const onSkip = (entries: IntersectionObserverEntry[]) => {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      if (isIntersecting || boundingClientRect.height === 0 || !(target instanceof HTMLElement)) continue
      target.style.containIntrinsicBlockSize = `auto ${boundingClientRect.height}px`
      target.style.contentVisibility = 'auto'
      created.skip.unobserve(target)
      hide.observe(target)
    }
  }
  const created = { skip: new IntersectionObserver(onSkip, { root, rootMargin: SKIP_MARGIN }), hide }
  observers.set(root, created)
  revealOnJumps(root)
  listenForSelectionAndFocus()
  return created
}

function hideFarChunks(entries: IntersectionObserverEntry[], observer: IntersectionObserver): void {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    if (!(target instanceof HTMLElement)) continue
    if (isIntersecting) reveal(target)
    // What isn't laid out can't be measured.
    else if (target.querySelector('.pending-chunk')) {
      observer.unobserve(target)
      setTimeout(() => target.isConnected && observer.observe(target), MOUNT_RETRY_MS)
    }
    // Without a height it is inside a hidden chunk itself.
    else if (boundingClientRect.height > 0 && !holdsFocusOrSelection(target)) {
      target.style.setProperty('--height', `${boundingClientRect.height}px`)
      target.style.contentVisibility = ''
      target.setAttribute(offscreenMark, '')
      updateObserversIn(target)
    }
  }
}

function reveal(element: HTMLElement): void {
  if (!element.hasAttribute(offscreenMark)) return
  element.style.contentVisibility = 'auto'
  element.removeAttribute(offscreenMark)
  updateObserversIn(element)
}

/** Whether the focus or the start of the selection is in an element. */
function holdsFocusOrSelection(element: Element): boolean {
  return element.contains(document.activeElement) || element.contains(document.getSelection()?.anchorNode ?? null)
}

function revealOnJumps(root: Element): void {
  let before = root.scrollTop
  const onScroll = () => {
    const { scrollTop, clientHeight } = root
    const isFarFromBefore = Math.abs(scrollTop - before) > JUMP_SCREENS * clientHeight
    before = scrollTop
    if (!isFarFromBefore) return
    const viewport = root.getBoundingClientRect()
    for (const each of root.querySelectorAll<HTMLElement>(`[${offscreenMark}]`)) {
      const { top, bottom } = each.getBoundingClientRect()
      if (bottom > viewport.top - clientHeight && top < viewport.bottom + clientHeight) reveal(each)
    }
  }
  root.addEventListener('scroll', onScroll, { passive: true })
}

let listening = false

/** Reveals everything during a selection, so that it can be copied, and for Tab, so that it can be reached. */
function listenForSelectionAndFocus(): void {
  if (listening) return
  listening = true
  const page = document.documentElement
  const update = () => page.toggleAttribute(revealAllMark, document.getSelection()?.isCollapsed === false)
  document.addEventListener('selectionchange', update)
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Tab') return
    page.setAttribute(revealAllMark, '')
    requestAnimationFrame(update)
  })
  document.addEventListener('focusin', ({ target }) => target instanceof Node && revealAncestors(target))
}

/** Reveals the hidden chunks and opens the folds around a node, so that it can be scrolled to or focused. */
export function revealAncestors(node: Node | null): void {
  const element = node instanceof Element ? node : node?.parentElement
  const folded = element?.closest<HTMLDetailsElement>('details:not([open])')
  // A summary is visible in a closed fold.
  if (folded && !element?.closest('summary')) folded.open = true
  const holder = element?.closest<HTMLElement>(`[${offscreenMark}]`)
  if (!holder) return
  reveal(holder)
  revealAncestors(holder)
}
