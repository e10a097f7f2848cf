import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { Notices } from '@/components/ui/notices'
import { openPage } from './page'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const later = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds))
const said = () => screen.getByRole('status').textContent

it('offers Undo for ten seconds, and keeps bad news', async () => {
  const { get } = await openPage({}, <Notices />)
  vi.useFakeTimers()
  const action = { label: 'Undo', run: () => undefined }
  act(() => get().notify({ id: 'deleted', text: 'Deleted.', tone: 'quiet', action }))
  act(() => get().notify({ id: 'failed', text: 'Couldn’t rename.', tone: 'danger' }))
  later(9_999)
  expect(said()).toBe('Deleted.UndoCouldn’t rename.')
  later(1)
  expect(said()).toBe('Couldn’t rename.')
})

it('waits for who is at a notice, and gives the focus back to where it was', async () => {
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
  expect(said()).toBe('Deleted.')
  fireEvent.click(dismiss)
  expect(said()).toBe('')
  expect(document.activeElement).toBe(box)
})
