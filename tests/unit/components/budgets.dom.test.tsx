import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { useBudgets } from '@/components/composer/use-budgets'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import { openPage, promptsOf, unavailable } from './page'

afterEach(cleanup)

const budget: BudgetState = {
  id: 'budget',
  version: 1,
  scope: 'conversation',
  measure: 'tokens',
  amount: '1000',
  currency: null,
  warnAt: 0.8,
  spent: '900',
  reserved: '0',
  near: true,
}

function Budgets({ id }: { id: string }) {
  return <p role="note">{useBudgets(id, null).map(({ spent }) => `${spent} spent`)}</p>
}

test('hides the budgets of a conversation while another one is loading or failed to load', async () => {
  let respond = (_answer: object) => {}
  const responses = {
    '/api/conversations/here?newest=60': () => promptsOf('here', 1),
    '/api/conversations/there?newest=60': () => new Promise<object>((resolve) => (respond = resolve)),
    '/api/budgets?conversationId=here': () => ({ budgets: [budget] }),
  }
  const { get, show } = await openPage(responses, <Budgets id="here" />)
  await get().loadConversation('here')
  const note = screen.getByRole('note')
  await waitFor(() => expect(note.textContent).toBe('900 spent'))
  const loading = get().loadConversation('there')
  show(<Budgets id="there" />)
  expect(note.textContent).toBe('')
  respond(unavailable)
  await loading
  await waitFor(() => expect(get().conversations.there?.state).toBe('failed'))
  expect(note.textContent).toBe('')
  show(<Budgets id="here" />)
  await waitFor(() => expect(note.textContent).toBe('900 spent'))
})
