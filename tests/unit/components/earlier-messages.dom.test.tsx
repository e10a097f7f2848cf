import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { FindBar } from '@/components/find/find-bar'
import { findSlotId } from '@/components/page/header'
import { EarlierMessages } from '@/components/transcript/earlier-messages'
import { useConversations } from '@/lib/client/state/context'
import { away, openPage, promptsOf } from './page'

afterEach(cleanup)

function Shown() {
  const earlier = useConversations((state) => state.conversations.long?.earlier ?? 'here')
  return (
    <>
      <div id="transcript" role="log" tabIndex={-1}>
        {earlier === 'here' ? null : <EarlierMessages conversationId="long" />}
      </div>
      <FindBar
        selected="nowhere"
        path={[]}
        earlier={earlier}
        content={{ current: null }}
        goToMessage={() => Promise.resolve(null)}
        onClose={() => {}}
      />
    </>
  )
}

/** A page that shows the end of a conversation; what came before is held until it is given or refused. */
async function openEnd() {
  // The header's.
  const slot = document.createElement('div')
  slot.id = findSlotId
  document.body.replaceChildren(slot)
  const held: ((answer: object) => void)[] = []
  const answers = {
    '/api/conversations/long?newest=60': () => promptsOf('long', 100, 60),
    '/api/conversations/long': () => new Promise<object>((resolve) => void held.push(resolve)),
  }
  const page = await openPage(answers, <Shown />)
  await page.get().loadConversation('long')
  const answer = async (what: object, becomes: 'failed' | 'here') => {
    await waitFor(() => expect(held).toHaveLength(1))
    held.shift()?.(what)
    await waitFor(() => expect(page.get().conversations.long?.earlier).toBe(becomes))
  }
  return { refuse: () => answer(away, 'failed'), give: () => answer(promptsOf('long', 100), 'here') }
}

const again = () => screen.findByRole('button', { name: 'Try again' })

test('who tries again to load what came before keeps the focus, and is told of the same failure once', async () => {
  const { refuse, give } = await openEnd()
  await refuse()
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toBe('Couldn’t load earlier messages. The disk is slow.')
  const button = await again()
  expect(alert.contains(button)).toBe(false)
  const changes: MutationRecord[] = []
  const observer = new MutationObserver((records) => void changes.push(...records))
  observer.observe(alert, { childList: true, characterData: true, subtree: true })
  button.focus()
  button.click()
  await screen.findByRole('button', { name: 'Trying again' })
  await refuse()
  expect(await again()).toBe(button)
  expect(screen.getByRole('alert')).toBe(alert)
  expect([...changes, ...observer.takeRecords()]).toEqual([])
  expect(document.activeElement).toBe(button)
  button.click()
  await give()
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  expect(document.activeElement).toBe(screen.getByRole('log'))
})

test('find says what it could not look through', async () => {
  const { refuse, give } = await openEnd()
  const status = screen.getByRole('status')
  expect(status.textContent).toBe('No matches yet')
  await refuse()
  await waitFor(() => expect(status.textContent).toBe('No matches. Couldn’t load earlier messages.'))
  const button = await again()
  button.click()
  await waitFor(() => expect(status.textContent).toBe('No matches yet'))
  await give()
  await waitFor(() => expect(status.textContent).toBe('No matches'))
  expect(screen.getByRole('textbox').getAttribute('aria-invalid')).toBe('true')
})
