import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Composer } from '@/components/composer/composer'
import { tooltip } from '@/components/ui/tooltip'
import { Tooltips } from '@/components/ui/tooltips'
import { browserEnvironment } from '@/lib/client/transport/browser-environment'

beforeEach(() =>
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} })),
)
afterEach(() => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  cleanup()
  vi.unstubAllGlobals()
})

const shown = () => document.querySelector('[popover]')?.textContent ?? null

function Page({ keys, button = true }: { keys?: 'Escape'; button?: boolean }) {
  return (
    <main>
      {button ? (
        <button type="button" {...tooltip('Copy', { keys })}>
          Copy
        </button>
      ) : null}
      <Tooltips />
    </main>
  )
}

function open(keys?: 'Escape') {
  fireEvent.keyDown(document.body, { key: 'Tab' })
  const stop = vi.fn((event: KeyboardEvent) => event.defaultPrevented)
  document.addEventListener('keydown', stop, { once: true })
  const page = render(<Page keys={keys} />)
  return { ...page, button: screen.getByRole('button'), stop }
}

it.each([
  ['opened by keyboard focus prevents other effects of Escape', undefined, true],
  ['for an Escape shortcut prevents nothing', 'Escape' as const, false],
])('a tooltip that %s', (_, keys, prevented) => {
  const { button, stop } = open(keys)
  act(() => button.focus())
  expect(shown()).toContain('Copy')
  fireEvent.keyDown(button, { key: 'Escape' })
  expect(shown()).toBeNull()
  expect(stop).toHaveReturnedWith(prevented)
})

it('Escape hides a hovered tooltip, and has its other effects', () => {
  const { button, stop } = open()
  fireEvent.pointerOver(button, { pointerType: 'mouse' })
  expect(shown()).toBe('Copy')
  fireEvent.keyDown(document.body, { key: 'Escape' })
  expect(shown()).toBeNull()
  expect(stop).toHaveReturnedWith(false)
})

it('a tooltip disappears with its element', async () => {
  const page = open()
  fireEvent.pointerOver(page.button, { pointerType: 'mouse' })
  expect(shown()).toBe('Copy')
  await act(async () => {
    page.rerender(<Page button={false} />)
  })
  expect(shown()).toBeNull()
})

it.each([
  [false, 'Send', 'Write a message first.'],
  [true, 'Stop', 'Stop'],
])('the composer button (running: %s) has a tooltip and no title', (running, name, text) => {
  const nothing = () => undefined
  render(
    <Composer
      {...{
        conversationId: 'new',
        text: '',
        disabledReason: null,
        running,
        stopping: false,
        enterSends: true,
        lastPrompt: null,
      }}
      {...{ onText: nothing, onSend: nothing, onRefused: nothing, onStop: nothing, onFiles: nothing }}
    >
      {null}
    </Composer>,
  )
  const button = screen.getByRole('button', { name })
  expect(button.dataset.tooltip).toBe(text)
  expect(button.hasAttribute('title')).toBe(false)
})

it('a window that gains the focus reports a visibility change, even if it was visible', () => {
  const listener = vi.fn()
  const unsubscribe = browserEnvironment.on('visibility', listener)
  fireEvent.focus(window)
  expect(listener).toHaveBeenCalledOnce()
  unsubscribe()
  fireEvent.focus(window)
  expect(listener).toHaveBeenCalledOnce()
})
