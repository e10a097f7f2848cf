import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Composer, type ComposerProps } from '@/components/composer/composer'

afterEach(cleanup)
let touch = false
beforeEach(() => {
  touch = false
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === '(pointer: coarse)' && touch,
    addEventListener: () => {},
    removeEventListener: () => {},
  }))
})

/** A composer that holds its own text, and records what it sent and refused. */
function open(given: Partial<ComposerProps> & { text?: string } = {}) {
  const sent: string[] = []
  const refused: string[] = []
  const stopped = { times: 0 }
  function StatefulComposer() {
    const [text, setText] = useState(given.text ?? '')
    return (
      <Composer
        conversationId="new"
        disabledReason={null}
        running={false}
        stopping={false}
        enterSends
        lastPrompt={null}
        {...given}
        text={text}
        onText={setText}
        onSend={() => sent.push(text)}
        onRefused={(reason) => refused.push(reason)}
        onFiles={() => undefined}
        onStop={() => {
          stopped.times += 1
        }}
      >
        <span />
      </Composer>
    )
  }
  render(<StatefulComposer />)
  const box = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' })
  return { sent, refused, stopped, box }
}

describe('keys', () => {
  it('Enter sends, Shift+Enter doesn’t', () => {
    const { sent, box } = open({ text: 'hello' })
    fireEvent.keyDown(box, { key: 'Enter', shiftKey: true })
    expect(sent).toEqual([])
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(sent).toEqual(['hello'])
  })

  it('Enter that ends an IME composition never sends, however the browser reports it', () => {
    const { sent, box } = open({ text: 'かんじ' })
    fireEvent.keyDown(box, { key: 'Enter', isComposing: true })
    fireEvent.keyDown(box, { key: 'Enter', keyCode: 229 })
    fireEvent.keyDown(box, { key: 'Enter', keyCode: 229, ctrlKey: true })
    expect(sent).toEqual([])
  })

  it('only Ctrl or Cmd with Enter sends if the setting is off', () => {
    const { sent, box } = open({ text: 'hello', enterSends: false })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(sent).toEqual([])
    fireEvent.keyDown(box, { key: 'Enter', ctrlKey: true })
    fireEvent.keyDown(box, { key: 'Enter', metaKey: true })
    expect(sent).toHaveLength(2)
  })

  it('Enter breaks the line on touch', () => {
    touch = true
    const { sent, box } = open({ text: 'hello' })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(sent).toEqual([])
    expect(document.activeElement).not.toBe(box)
  })

  it('ArrowUp recalls the last prompt, only into an empty text box', () => {
    const { box } = open({ lastPrompt: 'the last one' })
    fireEvent.keyDown(box, { key: 'ArrowUp' })
    expect(box.value).toBe('the last one')
    fireEvent.change(box, { target: { value: 'mine' } })
    fireEvent.keyDown(box, { key: 'ArrowUp' })
    expect(box.value).toBe('mine')
  })
})

describe('the button', () => {
  it('says why it can’t send', () => {
    const { sent, box } = open()
    const send = screen.getByRole('button', { name: 'Send', description: 'Write a message first.' })
    fireEvent.click(send)
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(sent).toEqual([])
    expect(document.activeElement).toBe(box)
  })

  it('doesn’t send while offline, and keeps the text', () => {
    const { sent, box } = open({ text: 'hello', disabledReason: 'You are offline.' })
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(screen.getByRole('button', { name: 'Send', description: 'You are offline.' })).toBeTruthy()
    expect(sent).toEqual([])
    expect(box.value).toBe('hello')
  })

  it('is Stop while a reply runs, when Enter doesn’t send', () => {
    const { sent, refused, stopped, box } = open({ running: true, text: 'next' })
    expect(screen.queryByRole('button', { name: 'Send' })).toBeNull()
    fireEvent.keyDown(box, { key: 'Enter' })
    expect(sent).toEqual([])
    expect(box.value).toBe('next')
    expect(refused).toEqual(['Wait for this reply to finish, or press Esc to stop it.'])
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }))
    expect(stopped.times).toBe(1)
  })
})
