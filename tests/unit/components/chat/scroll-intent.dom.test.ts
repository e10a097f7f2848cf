import { expect, it } from 'vitest'
import { listenForScrollIntent } from '@/components/transcript/scroll-intent'

/** A touch event of one finger, with how many fingers are down after it. */
function touch(type: 'touchstart' | 'touchend', fingers: number): TouchEvent {
  const event = new TouchEvent(type, { bubbles: true })
  Object.defineProperty(event, 'touches', { value: Array.from({ length: fingers }, () => ({})) })
  return event
}

it('two fingers on two elements are one touch, which ends with the last finger, whichever that is', () => {
  const scroller = document.createElement('div')
  scroller.innerHTML = '<div><p>one</p><p>two</p></div>'
  const content = scroller.querySelector('div') ?? scroller
  const [one = content, two = content] = scroller.querySelectorAll('p')
  const nothing = () => {}
  const following = { isFollowing: () => true, resume: nothing, stop: nothing, allowResume: nothing }
  const { isTouched } = listenForScrollIntent(
    scroller,
    content,
    { ...following, stayAtEnd: nothing },
    new AbortController().signal,
  )
  for (const [first, last] of [
    [one, two],
    [two, one],
  ] as const) {
    one.dispatchEvent(touch('touchstart', 1))
    two.dispatchEvent(touch('touchstart', 2))
    first.dispatchEvent(touch('touchend', 1))
    expect(isTouched()).toBe(true)
    last.dispatchEvent(touch('touchend', 0))
    expect(isTouched()).toBe(false)
  }
})
