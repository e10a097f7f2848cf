import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { FindBar } from '@/components/find/find-bar'
import { findSlotId } from '@/components/page/header'
import { EarlierMessages } from '@/components/transcript/earlier-messages'
import { useConversations } from '@/lib/client/state/context'
import { openPage, promptsOf, unavailable } from '../page'

afterEach(cleanup)

function EndOfConversation() {
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

/** A page with the end of a conversation. The request for the rest is pending until `succeed` or `fail`. */
async function openEndOfConversation() {
  const slot = document.createElement('div')
  slot.id = findSlotId
  document.body.replaceChildren(slot)
  const pending: ((answer: object) => void)[] = []
  const responses = {
    '/api/conversations/long?newest=60': () => promptsOf('long', 100, 60),
    '/api/conversations/long': () => new Promise<object>((resolve) => void pending.push(resolve)),
  }
  const page = await openPage(responses, <EndOfConversation />)
  await page.get().loadConversation('long')
  const respond = async (response: object, state: 'failed' | 'here') => {
    await waitFor(() => expect(pending).toHaveLength(1))
    pending.shift()?.(response)
    await waitFor(() => expect(page.get().conversations.long?.earlier).toBe(state))
  }
  return { fail: () => respond(unavailable, 'failed'), succeed: () => respond(promptsOf('long', 100), 'here') }
}

const retryButton = () => screen.findByRole('button', { name: 'Try again' })

test('a retry keeps the focus on its button and announces the same failure only once', async () => {
  const { fail, succeed } = await openEndOfConversation()
  await fail()
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toBe('Couldn’t load earlier messages. The disk is slow.')
  const button = await retryButton()
  expect(alert.contains(button)).toBe(false)
  const changes: MutationRecord[] = []
  const observer = new MutationObserver((records) => void changes.push(...records))
  observer.observe(alert, { childList: true, characterData: true, subtree: true })
  button.focus()
  button.click()
  await screen.findByRole('button', { name: 'Trying again' })
  await fail()
  expect(await retryButton()).toBe(button)
  expect(screen.getByRole('alert')).toBe(alert)
  expect([...changes, ...observer.takeRecords()]).toEqual([])
  expect(document.activeElement).toBe(button)
  button.click()
  await succeed()
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  expect(document.activeElement).toBe(screen.getByRole('log'))
})

test('find says that earlier messages are missing from its result', async () => {
  const { fail, succeed } = await openEndOfConversation()
  const status = screen.getByRole('status')
  expect(status.textContent).toBe('No matches yet')
  await fail()
  await waitFor(() => expect(status.textContent).toBe('No matches. Couldn’t load earlier messages.'))
  const button = await retryButton()
  button.click()
  await waitFor(() => expect(status.textContent).toBe('No matches yet'))
  await succeed()
  await waitFor(() => expect(status.textContent).toBe('No matches'))
  expect(screen.getByRole('textbox').getAttribute('aria-invalid')).toBe('true')
})
