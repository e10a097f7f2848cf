import { expect, it, vi } from 'vitest'
import {
  observeUnlessHidden,
  offscreenMark,
  updateObserversIn,
} from '@/components/markdown/offscreen/pausable-observers'

/** Two nested chunks, with an element in the inner one. */
function nested() {
  const outer = document.createElement('div')
  outer.innerHTML = '<div><p></p></div>'
  const [inner, element] = outer.querySelectorAll('*')
  if (!inner || !element) throw new Error('The elements are missing.')
  return { outer, inner, element }
}

it('pauses observers in a hidden chunk until all chunks around them are revealed', () => {
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
  // The chunk's own observer keeps running, or it would never be revealed.
  expect([own.start, own.stop].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  inner.removeAttribute(offscreenMark)
  updateObserversIn(inner)
  expect(start).toHaveBeenCalledTimes(1)
  outer.removeAttribute(offscreenMark)
  updateObserversIn(outer)
  expect(start).toHaveBeenCalledTimes(2)
  expect(own.start).toHaveBeenCalledTimes(2)
})

it('starts an observer that was added to a hidden chunk only if it is still there when the chunk is revealed', () => {
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
