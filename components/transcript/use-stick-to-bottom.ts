'use client'
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { distanceToEnd, END_DISTANCE, listenForScrollIntent } from './scroll-intent'

const SMOOTH_SCROLL_MS = 180
/** The browser clamps it, so scrolling to the end reads no layout. Within 32 bits, which some browsers use. */
const MAX_SCROLL_TOP = 2 ** 30

export interface StickToBottom {
  scroller: RefObject<HTMLDivElement | null>
  content: RefObject<HTMLDivElement | null>
  /** The part of the content that new text is added to. */
  growing: RefObject<HTMLDivElement | null>
  /** The end is out of view. */
  isAway: boolean
  /** Text was added while the end was out of view. */
  hasNewText: boolean
  scrollToEnd(behavior: 'instant' | 'smooth'): void
  /** Call it before scrolling elsewhere. */
  stopFollowing(): void
}

/**
 * Keeps the end of growing content in view as long as the user is there. Wheel, touch, keys, the scrollbar and a
 * selection stop that at once; only scrolling back to the end resumes it. Nothing moves under a finger but by it. Each
 * change of the content costs one write of `scrollTop`, which moves the frame's layout forward and adds none.
 */
export function useStickToBottom(): StickToBottom {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const growing = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  /** The next frame of a smooth scroll; 0 for none. */
  const animationFrame = useRef(0)
  /** The user's last input can scroll down, so reaching the end is the user's doing. */
  const mayResume = useRef(false)
  const [isAway, setAway] = useState(false)
  const [hasNewText, setHasNewText] = useState(false)

  const setFollowing = useCallback((next: boolean) => {
    following.current = next
    // The browser's own scroll anchoring would move away from the end as soon as new text makes room for it.
    scroller.current?.style.setProperty('overflow-anchor', next ? 'none' : '')
  }, [])

  const stopFollowing = useCallback(() => {
    setFollowing(false)
    mayResume.current = false
    cancelAnimationFrame(animationFrame.current)
    animationFrame.current = 0
  }, [setFollowing])

  const scrollToEnd = useCallback(
    (behavior: 'instant' | 'smooth') => {
      const element = scroller.current
      if (!element) return
      setFollowing(true)
      setAway(false)
      setHasNewText(false)
      cancelAnimationFrame(animationFrame.current)
      const reduced = document.hidden || window.matchMedia('(prefers-reduced-motion: reduce)').matches
      if (behavior === 'smooth' && !reduced) {
        animateToEnd(element, animationFrame)
      } else {
        animationFrame.current = 0
        element.scrollTop = MAX_SCROLL_TOP
      }
    },
    [setFollowing],
  )

  useLayoutEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (!element || !inner) return
    setFollowing(following.current)
    let lastTop = element.scrollTop
    let lastHeight = inner.offsetHeight
    let lastGrown = growing.current?.offsetHeight ?? 0
    const onScroll = () => {
      const { scrollTop } = element
      const distance = distanceToEnd(element)
      // Shrinking content scrolls up too, but only the user does while the height stays the same.
      const movedUp = scrollTop < lastTop && distance > 1
      if (movedUp && lastHeight === inner.offsetHeight && !animationFrame.current) stopFollowing()
      const isAtEnd = distance < END_DISTANCE
      if (scrollTop > lastTop && isAtEnd && mayResume.current && !intent.isTouched()) setFollowing(true)
      lastTop = scrollTop
      setAway(!isAtEnd)
      if (isAtEnd) setHasNewText(false)
    }
    const stayAtEnd = () => {
      if (!animationFrame.current) element.scrollTop = MAX_SCROLL_TOP
    }
    // Runs before the frame's layout, so that no frame shows the text moved.
    const mutations = new MutationObserver(() => following.current && stayAtEnd())
    mutations.observe(inner, { subtree: true, childList: true, characterData: true })
    // For growth without a mutation, such as a loaded image.
    const sizes = new ResizeObserver(() => {
      const grown = growing.current?.offsetHeight ?? 0
      if (following.current) stayAtEnd()
      else {
        setAway(distanceToEnd(element) >= END_DISTANCE)
        if (grown > lastGrown) setHasNewText(true)
      }
      lastHeight = inner.offsetHeight
      lastGrown = grown
    })
    sizes.observe(inner)
    sizes.observe(element)
    const listeners = new AbortController()
    element.addEventListener('scroll', onScroll, { passive: true, signal: listeners.signal })
    const control = {
      isFollowing: () => following.current,
      resume: () => setFollowing(true),
      stop: stopFollowing,
      allowResume: () => {
        mayResume.current = true
      },
      stayAtEnd,
    }
    const intent = listenForScrollIntent(element, inner, control, listeners.signal)
    return () => {
      mutations.disconnect()
      sizes.disconnect()
      listeners.abort()
    }
  }, [setFollowing, stopFollowing])

  useEffect(() => () => cancelAnimationFrame(animationFrame.current), [])
  return { scroller, content, growing, isAway, hasNewText: isAway && hasNewText, scrollToEnd, stopFollowing }
}

function animateToEnd(element: HTMLElement, frame: RefObject<number>): void {
  const lastTop = () => element.scrollHeight - element.clientHeight
  // Measures from the end: turns may be prepended during the animation.
  const distance = lastTop() - element.scrollTop
  const started = performance.now()
  const step = (now: number) => {
    const progress = Math.min(1, Math.max(0, now - started) / SMOOTH_SCROLL_MS)
    element.scrollTop = progress === 1 ? MAX_SCROLL_TOP : lastTop() - distance * (1 - progress) ** 3
    frame.current = progress === 1 ? 0 : requestAnimationFrame(step)
  }
  frame.current = requestAnimationFrame(step)
}
