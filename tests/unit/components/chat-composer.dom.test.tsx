import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ChatComposer } from '@/components/composer/chat-composer'
import type { BranchStatus } from '@/components/transcript/branch-status'
import { openPage } from './page'

beforeEach(() => {
  const media = { matches: false, addEventListener: () => {}, removeEventListener: () => {} }
  vi.stubGlobal('matchMedia', () => media)
})
afterEach(cleanup)

const ended: BranchStatus = {
  ...{ running: false, stopping: false, sending: false, generationId: 'run', status: 'completed' },
  ...{ problem: null, lastPrompt: 'Rivers?' },
}
const running: BranchStatus = { ...ended, running: true, status: 'running' }

function composer(branch: BranchStatus, conversationId = 'rivers') {
  return (
    <ChatComposer
      {...{ conversationId, branch, floating: false }}
      onInput={() => undefined}
      onOverlap={() => undefined}
    />
  )
}
const said = () =>
  screen
    .getAllByRole('status')
    .map(({ textContent }) => textContent)
    .join('')

it('says why Enter was refused until that has changed, and not again with the next reply', async () => {
  const { get, show } = await openPage({}, composer(running))
  act(() => get().setDraft('rivers', 'And lakes?'))
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
  expect(said()).toBe('Wait for this reply to finish, or press Esc to stop it.')
  show(composer(ended))
  expect(said()).toBe('')
  show(composer(running))
  expect(said()).toBe('')
})

it('says nothing in one conversation of what was refused in another', async () => {
  const { get, show } = await openPage({}, composer(running))
  act(() => get().setDraft('rivers', 'And lakes?'))
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
  expect(said()).not.toBe('')
  show(composer(running, 'lakes'))
  expect(said()).toBe('')
})
