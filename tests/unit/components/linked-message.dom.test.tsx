import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useLinkedMessage } from '@/components/message/use-linked-message'
import { openPage, promptsOf } from './page'

beforeEach(() => {
  window.location.hash = '#message-prompt-90'
})
afterEach(() => {
  cleanup()
  window.location.hash = ''
  document.body.replaceChildren()
})

/** A page that is on its way to a message which is here, while the ones before it are not. */
async function openLink() {
  const brought: string[] = []
  const arrivals: ((element: HTMLElement | null) => void)[] = []
  const bring = (messageId: string) => {
    brought.push(messageId)
    return new Promise<HTMLElement | null>((resolve) => void arrivals.push(resolve))
  }
  function Linked() {
    useLinkedMessage('long', bring)
    return null
  }
  let giveRest = (_answer: object) => {}
  const answers = {
    '/api/conversations/long?newest=60': () => promptsOf('long', 100, 60),
    '/api/conversations/long': () => new Promise<object>((resolve) => (giveRest = resolve)),
  }
  const page = await openPage(answers, <Linked />)
  await page.get().loadConversation('long')
  await waitFor(() => expect(brought).toEqual(['prompt-90']))
  const element = document.createElement('div')
  document.body.append(element)
  // jsdom has none.
  element.animate = vi.fn<Element['animate']>()
  const frames = async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  }
  return {
    ...page,
    brought,
    element,
    frames,
    /** The first way that is still under way comes to its end. */
    arrive: (where: HTMLElement | null) => arrivals.shift()?.(where),
    async restComes() {
      giveRest(promptsOf('long', 100))
      await waitFor(() => expect(page.get().conversations.long?.messageIds).toHaveLength(100))
      await frames()
    },
  }
}

test('who is on the way to a linked message is not sent there once more by what comes before it', async () => {
  const { brought, element, arrive, restComes } = await openLink()
  await restComes()
  arrive(element)
  await waitFor(() => expect(document.activeElement).toBe(element))
  expect(brought).toEqual(['prompt-90'])
})

test('a linked message that could not be gone to pulls nobody away later', async () => {
  const { brought, arrive, restComes } = await openLink()
  arrive(null)
  await restComes()
  expect(brought).toEqual(['prompt-90'])
})

test('another address is gone to, and the focus is not taken by the one before', async () => {
  const { brought, element, arrive, frames } = await openLink()
  window.location.hash = '#message-prompt-80'
  await waitFor(() => expect(brought).toEqual(['prompt-90', 'prompt-80']))
  arrive(element)
  await frames()
  expect(document.activeElement).toBe(document.body)
  arrive(element)
  await waitFor(() => expect(document.activeElement).toBe(element))
})

test('who has left meanwhile keeps the focus', async () => {
  const { element, unmount, arrive, frames } = await openLink()
  unmount()
  arrive(element)
  await frames()
  expect(document.activeElement).toBe(document.body)
})
