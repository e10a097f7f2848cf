import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { StreamLine } from '@/components/ui/stream/stream-line'

afterEach(cleanup)

it('flows by itself while something is on its way, then with the text alone, and not at all after the end', () => {
  const { container, rerender } = render(<StreamLine status="running" className="" />)
  const flow = () => container.querySelector<HTMLElement>('.stream-flow')
  const place = () => flow()?.style.transform
  expect([flow()?.hasAttribute('data-waiting'), place()]).toEqual([true, ''])
  rerender(<StreamLine status="running" className="" still />)
  expect(flow()?.hasAttribute('data-waiting')).toBe(false)
  const places = [4, 8, 8, 12].map((arrived) => {
    rerender(<StreamLine status="running" className="" arrived={arrived} />)
    expect(flow()?.hasAttribute('data-waiting')).toBe(false)
    return place()
  })
  expect(places).toEqual(['translateY(1px)', 'translateY(2px)', 'translateY(2px)', 'translateY(3px)'])
  // Where its pattern begins anew, nothing is seen to jump.
  rerender(<StreamLine status="running" className="" arrived={100_000 * 72 * 4 + 4} />)
  expect(place()).toBe('translateY(1px)')
  rerender(<StreamLine status="interrupted" className="" arrived={12} />)
  expect(flow()).toBeNull()
  expect(container.querySelector('[data-status="interrupted"][aria-hidden="true"]')).not.toBeNull()
})
