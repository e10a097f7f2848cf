import { farMark, watch, watchWithin } from './watching'

/** Further away than this a chunk rests. */
const away = '1200px 0px'
/** In screens. Further away than this the browser is not given what a chunk holds, however much of it there is. */
const faraway = '500% 0px'
/** In screens. Who goes further at once jumps, and sees a place before any observer has told of it. */
const jump = 2
/** In milliseconds: what is yet to be mounted is looked at again so much later. */
const againMs = 1000
/** Marks the page while all of it has to be there. */
const wholeMark = 'data-whole'
const observers = new WeakMap<Element, { rest: IntersectionObserver; leave: IntersectionObserver }>()

/**
 * Lets the browser pass over an element from when it is first out of sight. Its height has been seen by then, so that
 * nothing moves; while it is in sight its rest would show as a gap. What rests is still taken into account in every
 * frame, so what is very far away is taken out as well, and put back before it comes near.
 */
export function letRest(element: HTMLElement): (() => void) | undefined {
  const scroller = element.closest('[role="log"]')
  if (!scroller || !('IntersectionObserver' in window)) return
  const { rest, leave } = observers.get(scroller) ?? observe(scroller)
  const end = watch({
    element,
    begin() {
      const { style } = element
      // Its height is known when it has been out of sight.
      const rests = style.containIntrinsicBlockSize !== ''
      if (rests && !element.hasAttribute(farMark)) style.contentVisibility = 'auto'
      ;(rests ? leave : rest).observe(element)
    },
    end() {
      rest.unobserve(element)
      leave.unobserve(element)
      // Each that rests costs every frame, also where nothing is shown.
      element.style.contentVisibility = ''
    },
  })
  return () => {
    if (element.isConnected) putBack(element)
    end()
  }
}

function observe(root: Element) {
  const leave = new IntersectionObserver(takeOut, { root, rootMargin: faraway })
  const begin = (entries: IntersectionObserverEntry[]) => {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      if (isIntersecting || boundingClientRect.height === 0 || !(target instanceof HTMLElement)) continue
      target.style.containIntrinsicBlockSize = `auto ${boundingClientRect.height}px`
      target.style.contentVisibility = 'auto'
      made.rest.unobserve(target)
      leave.observe(target)
    }
  }
  const made = { rest: new IntersectionObserver(begin, { root, rootMargin: away }), leave }
  observers.set(root, made)
  putBackOnJumps(root)
  listenToPage()
  return made
}

function takeOut(entries: IntersectionObserverEntry[], leave: IntersectionObserver): void {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    if (!(target instanceof HTMLElement)) continue
    if (isIntersecting) putBack(target)
    // What is not laid out cannot be measured.
    else if (target.querySelector('.pending-chunk')) {
      leave.unobserve(target)
      setTimeout(() => target.isConnected && leave.observe(target), againMs)
    }
    // Without a height it is in one that has been taken out itself.
    else if (boundingClientRect.height > 0 && !isHeld(target)) {
      target.style.setProperty('--height', `${boundingClientRect.height}px`)
      target.style.contentVisibility = ''
      target.setAttribute(farMark, '')
      watchWithin(target)
    }
  }
}

function putBack(element: HTMLElement): void {
  if (!element.hasAttribute(farMark)) return
  element.style.contentVisibility = 'auto'
  element.removeAttribute(farMark)
  watchWithin(element)
}

/** The person has the focus in it, or where a selection begins. */
function isHeld(element: Element): boolean {
  return element.contains(document.activeElement) || element.contains(document.getSelection()?.anchorNode ?? null)
}

function putBackOnJumps(root: Element): void {
  let before = root.scrollTop
  const onScroll = () => {
    const { scrollTop, clientHeight } = root
    const isFarFromBefore = Math.abs(scrollTop - before) > jump * clientHeight
    before = scrollTop
    if (!isFarFromBefore) return
    const sight = root.getBoundingClientRect()
    for (const each of root.querySelectorAll<HTMLElement>(`[${farMark}]`)) {
      const { top, bottom } = each.getBoundingClientRect()
      if (bottom > sight.top - clientHeight && top < sight.bottom + clientHeight) putBack(each)
    }
  }
  root.addEventListener('scroll', onScroll, { passive: true })
}

let listening = false

/** All that is selected can be copied, and the keyboard leads to everything, wherever it is. */
function listenToPage(): void {
  if (listening) return
  listening = true
  const page = document.documentElement
  const note = () => page.toggleAttribute(wholeMark, document.getSelection()?.isCollapsed === false)
  document.addEventListener('selectionchange', note)
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Tab') return
    page.setAttribute(wholeMark, '')
    requestAnimationFrame(note)
  })
  document.addEventListener('focusin', ({ target }) => target instanceof Node && revealAncestors(target))
}

/** Gives the browser what is around a node, so that it can be gone to, however far away it is, or folded. */
export function revealAncestors(node: Node | null): void {
  const element = node instanceof Element ? node : node?.parentElement
  const folded = element?.closest<HTMLDetailsElement>('details:not([open])')
  // What always shows of it is no reason to open it.
  if (folded && !element?.closest('summary')) folded.open = true
  const holder = element?.closest<HTMLElement>(`[${farMark}]`)
  if (!holder) return
  putBack(holder)
  revealAncestors(holder)
}
