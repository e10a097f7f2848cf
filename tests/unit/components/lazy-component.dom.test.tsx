import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { Notices } from '@/components/ui/notices'
import { ConversationProvider } from '@/lib/client/state/context'
import { defaultSettings } from '@/lib/protocol/api'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const Words = () => 'here'
const later = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds))
const settled = () => act(async () => void (await vi.advanceTimersByTimeAsync(0)))

it('loads the code once, and later components have it in their first render', async () => {
  const download = vi.fn(async () => Words)
  const words = lazyComponent(download)
  const seen: boolean[] = []
  function Shown() {
    const { component } = words.useComponent()
    seen.push(component !== null)
    return null
  }
  const { unmount } = render(<Shown />)
  await settled()
  expect(seen).toEqual([false, true])
  unmount()
  render(<Shown />)
  expect(seen).toEqual([false, true, true])
  expect(download).toHaveBeenCalledTimes(1)
})

it('retries while a mounted component needs the code, and stops then', async () => {
  const download = vi.fn(() => Promise.reject(new Error('away')))
  const words = lazyComponent(download)
  function Shown({ needed }: { needed: boolean }) {
    return String(words.useComponent(needed).failed)
  }
  const { container, rerender, unmount } = render(<Shown needed={false} />)
  await act(async () => void (await vi.advanceTimersByTimeAsync(5000)))
  expect(download).toHaveBeenCalledTimes(0)
  rerender(<Shown needed />)
  await act(async () => void (await vi.advanceTimersByTimeAsync(2000)))
  expect([container.textContent, download.mock.calls.length]).toEqual(['true', 2])
  rerender(<Shown needed={false} />)
  await later(5000)
  expect(download).toHaveBeenCalledTimes(2)
  rerender(<Shown needed />)
  await later(2000)
  expect(download).toHaveBeenCalledTimes(4)
  unmount()
  await later(5000)
  expect(download).toHaveBeenCalledTimes(4)
})

it('does not retry for components that do not need the code yet', async () => {
  const download = vi.fn(() => Promise.reject(new Error('away')))
  const words = lazyComponent(download)
  function Shown() {
    return String(words.useComponent(false).failed)
  }
  render(<Shown />)
  expect(await words.preload()).toBe(false)
  await later(10_000)
  expect(download).toHaveBeenCalledTimes(1)
})

it('retries at the same rate however often preload is called', async () => {
  const download = vi.fn(() => Promise.reject(new Error('away')))
  const words = lazyComponent(download)
  function Shown() {
    return String(words.useComponent().failed)
  }
  render(<Shown />)
  await later(1000)
  await act(() => words.preload())
  expect(download).toHaveBeenCalledTimes(2)
  await later(1900)
  expect(download).toHaveBeenCalledTimes(2)
  await later(100)
  expect(download).toHaveBeenCalledTimes(3)
})

const initial = { conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }
const PopupWords = ({ open }: { open: boolean }) => <p>{open ? 'open' : 'closed'}</p>
const button = () => screen.getByRole('button', { name: /^(|open|closed)$/ })

/** Renders a button with a lazy popup. */
function openButton(download: () => Promise<typeof PopupWords>) {
  const popup = lazyComponent(download)
  function Button() {
    const { component: Popup, open, setOpen, props } = usePopup(popup)
    if (Popup)
      return (
        <button type="button" onClick={() => setOpen(false)}>
          <Popup open={open} />
        </button>
      )
    return <button type="button" {...props} />
  }
  render(
    <ConversationProvider initial={initial}>
      <Button />
      <Notices />
    </ConversationProvider>,
  )
}

it('a click before the code is loaded opens the popup when it is', async () => {
  const download = vi.fn(async () => PopupWords)
  openButton(download)
  expect(download).not.toHaveBeenCalled()
  fireEvent.pointerEnter(button())
  await settled()
  expect([download.mock.calls.length, button().textContent]).toEqual([1, ''])
  fireEvent.click(button())
  expect(button().textContent).toBe('open')
  fireEvent.click(button())
  expect(button().textContent).toBe('closed')
})

it('reports a failed download, and opens with the next click only', async () => {
  const download = vi.fn(async () => PopupWords).mockRejectedValueOnce(new Error('away'))
  openButton(download)
  fireEvent.click(button())
  expect(button().getAttribute('aria-expanded')).toBe('false')
  await settled()
  const notices = screen.getByRole('status')
  expect(notices.textContent).toContain('Couldn’t load this')
  // The network is back, and the pointer enters the button.
  fireEvent.pointerEnter(button())
  await later(10_000)
  expect([download.mock.calls.length, button().textContent]).toEqual([2, ''])
  fireEvent.click(button())
  await settled()
  expect([button().textContent, notices.textContent]).toEqual(['open', ''])
})

/** Code whose first downloads fail. */
function codeThatFails(times: number) {
  let attempts = 0
  const code = lazyComponent(async () => {
    attempts++
    if (attempts <= times) throw new Error('The network is down.')
    return () => 'The words.'
  })
  function Shown() {
    const { component: Component, failed } = code.useComponent()
    return Component ? <Component /> : failed ? 'It failed.' : 'It is on its way.'
  }
  return { code, Shown, attempts: () => attempts }
}

it('reports a failed download, and retries it until it succeeds', async () => {
  const { code, Shown, attempts } = codeThatFails(2)
  const { container } = render(<Shown />)
  code.preload()
  code.preload()
  expect(container.textContent).toBe('It is on its way.')
  await later(0)
  expect(container.textContent).toBe('It failed.')
  await later(2_000)
  expect([container.textContent, attempts()]).toEqual(['It failed.', 2])
  await later(2_000)
  expect([container.textContent, attempts()]).toEqual(['The words.', 3])
  code.preload()
  await later(10_000)
  expect(attempts()).toBe(3)
})

it('does not retry while no component needs the code, but does for the next preload', async () => {
  const { code, Shown, attempts } = codeThatFails(1)
  code.preload()
  await later(10_000)
  expect(attempts()).toBe(1)
  const { container } = render(<Shown />)
  code.preload()
  await later(0)
  expect(container.textContent).toBe('The words.')
})
