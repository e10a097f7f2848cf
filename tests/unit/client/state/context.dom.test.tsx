import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ConversationProvider, useConversations } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import { defaultSettings } from '@/lib/protocol/api'

afterEach(cleanup)

const initial = { conversations: { conversations: [], nextCursor: null }, settings: defaultSettings, models: null }

test('a component renders again only when its selection changes', () => {
  const renders = { draft: 0, notices: 0 }
  function Draft() {
    renders.draft += 1
    const draft = useConversations((state) => state.drafts[newConversationId] ?? '')
    const setDraft = useConversations((state) => state.setDraft)
    return (
      <button type="button" onClick={() => setDraft(newConversationId, 'rivers')}>
        Draft: {draft}
      </button>
    )
  }
  function Notices() {
    renders.notices += 1
    return <p>{useConversations((state) => state.notices.length)} notices</p>
  }
  localStorage.setItem('rill.draft.new', 'kept')
  render(
    <ConversationProvider initial={initial}>
      <Draft />
      <Notices />
    </ConversationProvider>,
  )
  expect(screen.getByRole('button').textContent).toBe('Draft: kept')
  const before = { ...renders }
  act(() => screen.getByRole('button').click())
  expect(screen.getByRole('button').textContent).toBe('Draft: rivers')
  expect(localStorage.getItem('rill.draft.new')).toBe('rivers')
  expect(renders).toEqual({ draft: before.draft + 1, notices: before.notices })
})

test('the hook throws without a provider', () => {
  function Lost() {
    return <p>{useConversations((state) => state.notices.length)}</p>
  }
  expect(() => render(<Lost />)).toThrow('ConversationProvider')
})
