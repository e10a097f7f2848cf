import { cleanup, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useLinkedMessage } from '@/components/message/use-linked-message'
import { openPage, promptsOf } from '../page'

beforeEach(() => {
  window.location.hash = '#message-prompt-90'
})
afterEach(() => {
  cleanup()
  window.location.hash = ''
  document.body.replaceChildren()
})

/** A page that is scrolling to a loaded message while earlier ones are still loading. */
async function openLink() {
  const requested: string[] = []
  const pending: ((element: HTMLElement | null) => void)[] = []
  const goToMessage = (messageId: string) => {
    requested.push(messageId)
    return new Promise<HTMLElement | null>((resolve) => void pending.push(resolve))
  }
  function Linked() {
    useLinkedMessage('long', goToMessage)
    return null
  }
  let respond = (_answer: object) => {}
  const responses = {
    '/api/conversations/long?newest=60': () => promptsOf('long', 100, 60),
    '/api/conversations/long': () => new Promise<object>((resolve) => (respond = resolve)),
  }
  const page = await openPage(responses, <Linked />)
  await page.get().loadConversation('long')
  await waitFor(() => expect(requested).toEqual(['prompt-90']))
  const element = document.createElement('div')
  document.body.append(element)
  // jsdom has no animations.
  element.animate = vi.fn<Element['animate']>()
  const frames = async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  }
  return {
    ...page,
    requested,
    element,
    frames,
    /** Completes the first pending navigation. */
    arrive: (target: HTMLElement | null) => pending.shift()?.(target),
    async loadRest() {
      respond(promptsOf('long', 100))
      await waitFor(() => expect(page.get().conversations.long?.messageIds).toHaveLength(100))
      await frames()
    },
  }
}

test('goes to a linked message once, even if earlier messages load meanwhile', async () => {
  const { requested, element, arrive, loadRest } = await openLink()
  await loadRest()
  arrive(element)
  await waitFor(() => expect(document.activeElement).toBe(element))
  expect(requested).toEqual(['prompt-90'])
})

test('doesn’t retry a linked message that couldn’t be shown', async () => {
  const { requested, arrive, loadRest } = await openLink()
  arrive(null)
  await loadRest()
  expect(requested).toEqual(['prompt-90'])
})

test('goes to a new fragment, and the previous one no longer takes the focus', async () => {
  const { requested, element, arrive, frames } = await openLink()
  window.location.hash = '#message-prompt-80'
  await waitFor(() => expect(requested).toEqual(['prompt-90', 'prompt-80']))
  arrive(element)
  await frames()
  expect(document.activeElement).toBe(document.body)
  arrive(element)
  await waitFor(() => expect(document.activeElement).toBe(element))
})

test('doesn’t take the focus after it was unmounted', async () => {
  const { element, unmount, arrive, frames } = await openLink()
  unmount()
  arrive(element)
  await frames()
  expect(document.activeElement).toBe(document.body)
})
