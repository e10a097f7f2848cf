import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lazily } from '@/components/ui/lazy/lazily'
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

it('is fetched once, and there from the first render of whoever shows it next', async () => {
  const fetchIt = vi.fn(async () => Words)
  const words = lazily(fetchIt)
  const seen: boolean[] = []
  function Shown() {
    const { component } = words.useIt()
    seen.push(component !== null)
    return null
  }
  const { unmount } = render(<Shown />)
  await settled()
  expect(seen).toEqual([false, true])
  unmount()
  render(<Shown />)
  expect(seen).toEqual([false, true, true])
  expect(fetchIt).toHaveBeenCalledTimes(1)
})

it('is tried again while it is to be shown, and no longer', async () => {
  const fetchIt = vi.fn(() => Promise.reject(new Error('away')))
  const words = lazily(fetchIt)
  function Shown({ wanted }: { wanted: boolean }) {
    return String(words.useIt(wanted).failed)
  }
  const { container, rerender, unmount } = render(<Shown wanted={false} />)
  await act(async () => void (await vi.advanceTimersByTimeAsync(5000)))
  expect(fetchIt).toHaveBeenCalledTimes(0)
  rerender(<Shown wanted />)
  await act(async () => void (await vi.advanceTimersByTimeAsync(2000)))
  expect([container.textContent, fetchIt.mock.calls.length]).toEqual(['true', 2])
  rerender(<Shown wanted={false} />)
  await later(5000)
  expect(fetchIt).toHaveBeenCalledTimes(2)
  rerender(<Shown wanted />)
  await later(2000)
  expect(fetchIt).toHaveBeenCalledTimes(4)
  unmount()
  await later(5000)
  expect(fetchIt).toHaveBeenCalledTimes(4)
})

it('is not tried again for those who only wait to want it', async () => {
  const fetchIt = vi.fn(() => Promise.reject(new Error('away')))
  const words = lazily(fetchIt)
  function Shown() {
    return String(words.useIt(false).failed)
  }
  render(<Shown />)
  expect(await words.want()).toBe(false)
  await later(10_000)
  expect(fetchIt).toHaveBeenCalledTimes(1)
})

it('is tried again as often for many wishes as for one', async () => {
  const fetchIt = vi.fn(() => Promise.reject(new Error('away')))
  const words = lazily(fetchIt)
  function Shown() {
    return String(words.useIt().failed)
  }
  render(<Shown />)
  await later(1000)
  await act(() => words.want())
  expect(fetchIt).toHaveBeenCalledTimes(2)
  await later(1900)
  expect(fetchIt).toHaveBeenCalledTimes(2)
  await later(100)
  expect(fetchIt).toHaveBeenCalledTimes(3)
})

const initial = { conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }
const PopupWords = ({ open }: { open: boolean }) => <p>{open ? 'open' : 'closed'}</p>
const button = () => screen.getByRole('button', { name: /^(|open|closed)$/ })

/** A page with a button that opens what is fetched so. */
function openButton(fetchIt: () => Promise<typeof PopupWords>) {
  const popup = lazily(fetchIt)
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

it('opens with the click that its button had before it was here', async () => {
  const fetchIt = vi.fn(async () => PopupWords)
  openButton(fetchIt)
  expect(fetchIt).not.toHaveBeenCalled()
  fireEvent.pointerEnter(button())
  await settled()
  expect([fetchIt.mock.calls.length, button().textContent]).toEqual([1, ''])
  fireEvent.click(button())
  expect(button().textContent).toBe('open')
  fireEvent.click(button())
  expect(button().textContent).toBe('closed')
})

it('says that it cannot be opened, and opens with the next click only', async () => {
  const fetchIt = vi.fn(async () => PopupWords).mockRejectedValueOnce(new Error('away'))
  openButton(fetchIt)
  fireEvent.click(button())
  expect(button().getAttribute('aria-expanded')).toBe('false')
  await settled()
  const notices = screen.getByRole('status')
  expect(notices.textContent).toContain('Couldn’t load this')
  // The network is back, and the button is pointed at.
  fireEvent.pointerEnter(button())
  await later(10_000)
  expect([fetchIt.mock.calls.length, button().textContent]).toEqual([2, ''])
  fireEvent.click(button())
  await settled()
  expect([button().textContent, notices.textContent]).toEqual(['open', ''])
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
