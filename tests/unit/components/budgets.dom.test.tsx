import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { useBudgets } from '@/components/composer/use-budgets'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import { away, openPage, promptsOf } from './page'

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

function Shown({ id }: { id: string }) {
  return <p role="note">{useBudgets(id, null).map(({ spent }) => `${spent} spent`)}</p>
}

test('a conversation that is loading or failed to load shows no budgets of the previous one', async () => {
  let refuse = (_answer: object) => {}
  const answers = {
    '/api/conversations/here?newest=60': () => promptsOf('here', 1),
    '/api/conversations/there?newest=60': () => new Promise<object>((resolve) => (refuse = resolve)),
    '/api/budgets?conversationId=here': () => ({ budgets: [budget] }),
  }
  const { get, show } = await openPage(answers, <Shown id="here" />)
  await get().loadConversation('here')
  const note = screen.getByRole('note')
  await waitFor(() => expect(note.textContent).toBe('900 spent'))
  const loading = get().loadConversation('there')
  show(<Shown id="there" />)
  expect(note.textContent).toBe('')
  refuse(away)
  await loading
  await waitFor(() => expect(get().conversations.there?.state).toBe('failed'))
  expect(note.textContent).toBe('')
  show(<Shown id="here" />)
  await waitFor(() => expect(note.textContent).toBe('900 spent'))
})
