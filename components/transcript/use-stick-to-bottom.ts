'use client'
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** Within this many pixels of the end, the person is reading along. */
const nearEnd = 100
const glide = 180
/** More than any height: the browser clamps it, so going to the end needs no layout to be read. */
const end = Number.MAX_SAFE_INTEGER

export interface StickToBottom {
  scroller: RefObject<HTMLDivElement | null>
  content: RefObject<HTMLDivElement | null>
  /** The part of the content that new text comes in. */
  growing: RefObject<HTMLDivElement | null>
  /** The end is out of sight. */
  away: boolean
  /** New text came while the end was out of sight. */
  fresh: boolean
  toEnd(how: 'at once' | 'gliding'): void
  /** Follows no longer, as when the person goes elsewhere. */
  letGo(): void
}

/**
 * Keeps the end of a growing text in view for as long as the person is there, and not a moment longer:
 * wheel, touch, keys, the scrollbar or a selection lets go at once, and only going back to the end takes hold again.
 * Under a finger nothing moves but by that finger; one that only touched, at the end, has not let go.
 * The text's growth costs one write of `scrollTop` for each change, which brings the frame's layout forward and adds none.
 */
export function useStickToBottom(): StickToBottom {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const growing = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const gliding = useRef(0)
  /** The person has moved in a way that may lead back to the end, so that a scroll to there is theirs and not ours. */
  const returning = useRef(false)
  const [away, setAway] = useState(false)
  const [fresh, setFresh] = useState(false)

  const follow = useCallback((isFollowing: boolean) => {
    following.current = isFollowing
    // The browser would move to the anchor that it chose at the end, once new text makes room for that.
    scroller.current?.style.setProperty('overflow-anchor', isFollowing ? 'none' : '')
  }, [])

  const letGo = useCallback(() => {
    follow(false)
    returning.current = false
    cancelAnimationFrame(gliding.current)
    gliding.current = 0
  }, [follow])

  const toEnd = useCallback(
    (how: 'at once' | 'gliding') => {
      const element = scroller.current
      if (!element) return
      follow(true)
      setAway(false)
      setFresh(false)
      cancelAnimationFrame(gliding.current)
      const still = document.hidden || window.matchMedia('(prefers-reduced-motion: reduce)').matches
      if (how === 'at once' || still) {
        gliding.current = 0
        element.scrollTop = end
        return
      }
      const last = () => element.scrollHeight - element.clientHeight
      // Counted from the end, since earlier turns may come in front meanwhile.
      const distance = last() - element.scrollTop
      const started = performance.now()
      const step = (now: number) => {
        const part = Math.min(1, Math.max(0, now - started) / glide)
        element.scrollTop = part === 1 ? end : last() - distance * (1 - part) ** 3
        gliding.current = part === 1 ? 0 : requestAnimationFrame(step)
      }
      gliding.current = requestAnimationFrame(step)
    },
    [follow],
  )

  useLayoutEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (!element || !inner) return
    follow(following.current)
    let lastTop = element.scrollTop
    let lastHeight = inner.offsetHeight
    let lastGrown = growing.current?.offsetHeight ?? 0
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element
      const distance = scrollHeight - scrollTop - clientHeight
      // A shrinking page moves the end up by itself; only a person moves up while the height stays.
      if (scrollTop < lastTop && lastHeight === inner.offsetHeight && distance > 1 && !gliding.current) letGo()
      if (scrollTop > lastTop && distance < nearEnd && returning.current && !touched) follow(true)
      lastTop = scrollTop
      setAway(distance >= nearEnd)
      if (distance < nearEnd) setFresh(false)
    }
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0) letGo()
      else returning.current = true
    }
    let touched = false
    const onTouch = ({ target }: TouchEvent) => {
      if (touched || !target) return
      touched = true
      const wasFollowing = following.current
      const top = element.scrollTop
      letGo()
      returning.current = true
      const onLift = (event: Event) => {
        if (event instanceof TouchEvent && event.touches.length > 0) return
        lifting.abort()
        touched = false
        const moved = element.scrollTop - top
        const isBack = moved > 0 || (moved === 0 && wasFollowing)
        const distance = element.scrollHeight - element.scrollTop - element.clientHeight
        if (!isBack || distance >= nearEnd || selects(inner)) return
        follow(true)
        stay()
      }
      const lifting = new AbortController()
      // At the target, since the text may have replaced it by then, and nothing bubbles from there.
      for (const end of ['touchend', 'touchcancel']) target.addEventListener(end, onLift, { signal: lifting.signal })
    }
    // The scrollbar, of which only the press can be seen.
    const onPress = () => {
      returning.current = true
    }
    // Before it opens or closes: the person reads on from where it begins, and not at the end that it moves.
    const onFold = (event: Event) => {
      const { target } = event
      if (!(target instanceof Element) || !target.closest('summary, [aria-expanded]:not([aria-haspopup])')) return
      const wasFollowing = following.current
      letGo()
      requestAnimationFrame(() => {
        const distance = element.scrollHeight - element.scrollTop - element.clientHeight
        if (wasFollowing && distance < 1) follow(true)
      })
    }
    const onKey = (event: KeyboardEvent) => {
      const up = ['PageUp', 'ArrowUp', 'Home'].includes(event.key) || (event.key === ' ' && event.shiftKey)
      if (up) letGo()
      else if (['PageDown', 'ArrowDown', 'End', ' '].includes(event.key)) returning.current = true
    }
    const onSelection = () => {
      if (selects(inner)) letGo()
    }
    const stay = () => {
      if (!gliding.current) element.scrollTop = end
    }
    // Before the frame's layout, so that in no frame the end has moved.
    const changes = new MutationObserver(() => following.current && stay())
    changes.observe(inner, { subtree: true, childList: true, characterData: true })
    // What grows of itself, as a picture does.
    const observer = new ResizeObserver(() => {
      const grown = growing.current?.offsetHeight ?? 0
      if (following.current) stay()
      else {
        setAway(element.scrollHeight - element.scrollTop - element.clientHeight >= nearEnd)
        if (grown > lastGrown) setFresh(true)
      }
      lastHeight = inner.offsetHeight
      lastGrown = grown
    })
    observer.observe(inner)
    observer.observe(element)
    const listening = new AbortController()
    const { signal } = listening
    element.addEventListener('scroll', onScroll, { passive: true, signal })
    element.addEventListener('wheel', onWheel, { passive: true, signal })
    element.addEventListener('touchstart', onTouch, { passive: true, signal })
    element.addEventListener('pointerdown', onPress, { passive: true, signal })
    element.addEventListener('keydown', onKey, { signal })
    element.addEventListener('click', onFold, { capture: true, signal })
    document.addEventListener('selectionchange', onSelection, { signal })
    return () => {
      changes.disconnect()
      observer.disconnect()
      listening.abort()
    }
  }, [follow, letGo])

  useEffect(() => () => cancelAnimationFrame(gliding.current), [])
  return { scroller, content, growing, away, fresh: away && fresh, toEnd, letGo }
}

function selects(element: Element): boolean {
  const selection = document.getSelection()
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode)
}
