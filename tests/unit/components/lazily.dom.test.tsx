import { act, cleanup, render } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lazily } from '@/components/ui/lazily'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

/** Code that cannot be fetched for the first so many times. */
function codeThatFails(times: number) {
  let asked = 0
  const code = lazily(async () => {
    asked++
    if (asked <= times) throw new Error('The network is down.')
    return () => 'The words.'
  })
  function Shown() {
    const { component: Component, failed } = code.useIt()
    return Component ? <Component /> : failed ? 'It failed.' : 'It is on its way.'
  }
  return { code, Shown, asked: () => asked }
}

const later = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds))

it('what could not be fetched is said, and tried again until it is here', async () => {
  const { code, Shown, asked } = codeThatFails(2)
  const { container } = render(<Shown />)
  code.want()
  code.want()
  expect(container.textContent).toBe('It is on its way.')
  await later(0)
  expect(container.textContent).toBe('It failed.')
  await later(2_000)
  expect([container.textContent, asked()]).toEqual(['It failed.', 2])
  await later(2_000)
  expect([container.textContent, asked()]).toEqual(['The words.', 3])
  code.want()
  await later(10_000)
  expect(asked()).toBe(3)
})

it('is not tried again for nobody, but for the next who wants it', async () => {
  const { code, Shown, asked } = codeThatFails(1)
  code.want()
  await later(10_000)
  expect(asked()).toBe(1)
  const { container } = render(<Shown />)
  code.want()
  await later(0)
  expect(container.textContent).toBe('The words.')
})
