import { observeUnlessHidden, offscreenMark, updateObserversIn } from './pausable-observers'

/** Further away than this a chunk rests. */
const SKIP_MARGIN = '1200px 0px'
/** In screens. Further away than this the browser is not given what a chunk holds, however much of it there is. */
const HIDE_MARGIN = '500% 0px'
/** In screens. Who goes further at once jumps, and sees a place before any observer has told of it. */
const JUMP_SCREENS = 2
/** In milliseconds: what is yet to be mounted is looked at again so much later. */
const MOUNT_RETRY_MS = 1000
/** Marks the page while all of it has to be there. */
const revealAllMark = 'data-whole'
const observers = new WeakMap<Element, { skip: IntersectionObserver; hide: IntersectionObserver }>()

/**
 * Lets the browser pass over an element from when it is first out of viewport. Its height has been seen by then, so that
 * nothing moves; while it is in sight its rest would show as a gap. What rests is still taken into account in every
 * frame, so what is very far away is taken out as well, and put back before it comes near.
 */
export function skipOffscreen(element: HTMLElement): (() => void) | undefined {
  const scroller = element.closest('[role="log"]')
  if (!scroller || !('IntersectionObserver' in window)) return
  const { skip, hide } = observers.get(scroller) ?? createObservers(scroller)
  const stopObserving = observeUnlessHidden({
    element,
    start() {
      const { style } = element
      // Its height is known when it has been out of viewport.
      const isSkipped = style.containIntrinsicBlockSize !== ''
      if (isSkipped && !element.hasAttribute(offscreenMark)) style.contentVisibility = 'auto'
      ;(isSkipped ? hide : skip).observe(element)
    },
    stop() {
      skip.unobserve(element)
      hide.unobserve(element)
      // Each that rests costs every frame, also where nothing is shown.
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
      made.skip.unobserve(target)
      hide.observe(target)
    }
  }
  const made = { skip: new IntersectionObserver(onSkip, { root, rootMargin: SKIP_MARGIN }), hide }
  observers.set(root, made)
  revealOnJumps(root)
  listenForSelectionAndFocus()
  return made
}

function hideFarChunks(entries: IntersectionObserverEntry[], observer: IntersectionObserver): void {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    if (!(target instanceof HTMLElement)) continue
    if (isIntersecting) reveal(target)
    // What is not laid out cannot be measured.
    else if (target.querySelector('.pending-chunk')) {
      observer.unobserve(target)
      setTimeout(() => target.isConnected && observer.observe(target), MOUNT_RETRY_MS)
    }
    // Without a height it is in one that has been taken out itself.
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

/** The person has the focus in it, or where a selection begins. */
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

/** All that is selected can be copied, and the keyboard leads to everything, wherever it is. */
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

/** Gives the browser what is around a node, so that it can be gone to, however far away it is, or folded. */
export function revealAncestors(node: Node | null): void {
  const element = node instanceof Element ? node : node?.parentElement
  const folded = element?.closest<HTMLDetailsElement>('details:not([open])')
  // What always shows of it is no reason to open it.
  if (folded && !element?.closest('summary')) folded.open = true
  const holder = element?.closest<HTMLElement>(`[${offscreenMark}]`)
  if (!holder) return
  reveal(holder)
  revealAncestors(holder)
}
