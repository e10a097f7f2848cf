import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ChatComposer } from '@/components/composer/chat-composer'
import type { BranchStatus } from '@/components/transcript/branch-status'
import { openPage } from '../page'

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

function composerOf(branch: BranchStatus, conversationId = 'rivers') {
  return (
    <ChatComposer
      {...{ conversationId, branch, floating: false }}
      onInput={() => undefined}
      onOverlap={() => undefined}
    />
  )
}
const statusText = () =>
  screen
    .getAllByRole('status')
    .map(({ textContent }) => textContent)
    .join('')

it('says why Enter was refused until the reason is gone, and not again with the next reply', async () => {
  const { get, show } = await openPage({}, composerOf(running))
  act(() => get().setDraft('rivers', 'And lakes?'))
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
  expect(statusText()).toBe('Wait for this reply to finish, or press Esc to stop it.')
  show(composerOf(ended))
  expect(statusText()).toBe('')
  show(composerOf(running))
  expect(statusText()).toBe('')
})

it('forgets the refusal when another conversation opens', async () => {
  const { get, show } = await openPage({}, composerOf(running))
  act(() => get().setDraft('rivers', 'And lakes?'))
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
  expect(statusText()).not.toBe('')
  show(composerOf(running, 'lakes'))
  expect(statusText()).toBe('')
})
