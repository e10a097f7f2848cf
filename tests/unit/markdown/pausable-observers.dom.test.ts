import { expect, it, vi } from 'vitest'
import {
  observeUnlessHidden,
  offscreenMark,
  updateObserversIn,
} from '@/components/markdown/offscreen/pausable-observers'

/** Two chunks, one in the other, with something in the inner one. */
function nested() {
  const outer = document.createElement('div')
  outer.innerHTML = '<div><p></p></div>'
  const [inner, element] = outer.querySelectorAll('*')
  if (!inner || !element) throw new Error('Nothing is there.')
  return { outer, inner, element }
}

it('nobody watches what is in a chunk that is too far away, until all chunks around it are back', () => {
  const { outer, inner, element } = nested()
  const [start, stop] = [vi.fn(), vi.fn()]
  const own = { start: vi.fn(), stop: vi.fn() }
  observeUnlessHidden({ element, start, stop })
  observeUnlessHidden({ element: inner, ...own })
  expect([start, stop].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  for (const chunk of [inner, outer]) {
    chunk.setAttribute(offscreenMark, '')
    updateObserversIn(chunk)
  }
  expect(stop).toHaveBeenCalled()
  // The chunk itself is watched, or it would never come back.
  expect([own.start, own.stop].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  inner.removeAttribute(offscreenMark)
  updateObserversIn(inner)
  expect(start).toHaveBeenCalledTimes(1)
  outer.removeAttribute(offscreenMark)
  updateObserversIn(outer)
  expect(start).toHaveBeenCalledTimes(2)
  expect(own.start).toHaveBeenCalledTimes(2)
})

it('what comes into a chunk that is far away is watched when that is back, and not after it has gone', () => {
  const { outer, element } = nested()
  const [start, stop] = [vi.fn(), vi.fn()]
  outer.setAttribute(offscreenMark, '')
  const leave = observeUnlessHidden({ element, start, stop })
  expect(start).not.toHaveBeenCalled()
  leave()
  outer.removeAttribute(offscreenMark)
  updateObserversIn(outer)
  expect(start).not.toHaveBeenCalled()
})
