import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { Notices } from '@/components/ui/notices'
import { openPage } from './page'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const later = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds))
const text = () => screen.getByRole('status').textContent

it('offers Undo for ten seconds, and keeps notices of problems', async () => {
  const { get } = await openPage({}, <Notices />)
  vi.useFakeTimers()
  const action = { label: 'Undo', run: () => undefined }
  act(() => get().notify({ id: 'deleted', text: 'Deleted.', tone: 'quiet', action }))
  act(() => get().notify({ id: 'failed', text: 'Couldn’t rename.', tone: 'danger' }))
  later(9_999)
  expect(text()).toBe('Deleted.UndoCouldn’t rename.')
  later(1)
  expect(text()).toBe('Couldn’t rename.')
})

it('stays while it has the focus, and then restores the focus', async () => {
  const { get } = await openPage(
    {},
    <>
      <textarea />
      <Notices />
    </>,
  )
  vi.useFakeTimers()
  const box = screen.getByRole('textbox')
  box.focus()
  act(() => get().notify({ id: 'deleted', text: 'Deleted.', tone: 'quiet' }))
  const dismiss = screen.getByRole('button', { name: 'Dismiss' })
  act(() => dismiss.focus())
  later(60_000)
  expect(text()).toBe('Deleted.')
  fireEvent.click(dismiss)
  expect(text()).toBe('')
  expect(document.activeElement).toBe(box)
})
