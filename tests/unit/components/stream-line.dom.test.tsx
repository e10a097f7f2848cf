import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { StreamLine } from '@/components/ui/stream/stream-line'

afterEach(cleanup)

it('animates before the first text, then moves with the text, and stops at the end', () => {
  const { container, rerender } = render(<StreamLine status="running" className="" />)
  const flow = () => container.querySelector<HTMLElement>('.stream-flow')
  const place = () => flow()?.style.transform
  expect([flow()?.hasAttribute('data-waiting'), place()]).toEqual([true, ''])
  rerender(<StreamLine status="running" className="" paused />)
  expect(flow()?.hasAttribute('data-waiting')).toBe(false)
  const places = [4, 8, 8, 12].map((receivedCharacters) => {
    rerender(<StreamLine status="running" className="" receivedCharacters={receivedCharacters} />)
    expect(flow()?.hasAttribute('data-waiting')).toBe(false)
    return place()
  })
  expect(places).toEqual(['translateY(1px)', 'translateY(2px)', 'translateY(2px)', 'translateY(3px)'])
  // The offset wraps with the pattern's period, so it doesn't jump.
  rerender(<StreamLine status="running" className="" receivedCharacters={100_000 * 72 * 4 + 4} />)
  expect(place()).toBe('translateY(1px)')
  rerender(<StreamLine status="interrupted" className="" receivedCharacters={12} />)
  expect(flow()).toBeNull()
  expect(container.querySelector('[data-status="interrupted"][aria-hidden="true"]')).not.toBeNull()
})
