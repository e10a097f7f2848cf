import { expect, it, vi } from 'vitest'
import { farMark, watch, watchWithin } from '@/components/markdown/offscreen/watching'

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
  const [begin, end] = [vi.fn(), vi.fn()]
  const own = { begin: vi.fn(), end: vi.fn() }
  watch({ element, begin, end })
  watch({ element: inner, ...own })
  expect([begin, end].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  for (const chunk of [inner, outer]) {
    chunk.setAttribute(farMark, '')
    watchWithin(chunk)
  }
  expect(end).toHaveBeenCalled()
  // The chunk itself is watched, or it would never come back.
  expect([own.begin, own.end].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  inner.removeAttribute(farMark)
  watchWithin(inner)
  expect(begin).toHaveBeenCalledTimes(1)
  outer.removeAttribute(farMark)
  watchWithin(outer)
  expect(begin).toHaveBeenCalledTimes(2)
  expect(own.begin).toHaveBeenCalledTimes(2)
})

it('what comes into a chunk that is far away is watched when that is back, and not after it has gone', () => {
  const { outer, element } = nested()
  const [begin, end] = [vi.fn(), vi.fn()]
  outer.setAttribute(farMark, '')
  const leave = watch({ element, begin, end })
  expect(begin).not.toHaveBeenCalled()
  leave()
  outer.removeAttribute(farMark)
  watchWithin(outer)
  expect(begin).not.toHaveBeenCalled()
})
