import type { APIRequestContext } from '@playwright/test'
import { startData } from '../../lib/protocol/events'
import { type Behaviour, behaviours, promptOf } from '../matrix/behaviours'
import { expect, test } from './fixtures'

test.use({
  environment: {
    RILL_HEADERS_TIMEOUT_MS: '2500',
    RILL_FIRST_TOKEN_TIMEOUT_MS: '2500',
    RILL_IDLE_TIMEOUT_MS: '2500',
    RILL_RETRY_ATTEMPTS: '1',
  },
})

test('what upstreams do, as the page shows it', async ({ chat, page, upstream }) => {
  test.setTimeout(240_000)
  for (const behaviour of behaviours) upstream.scriptFor(promptOf(behaviour), behaviour.script)
  const conversations = await Promise.all(behaviours.map((behaviour) => conversationOf(page.request, behaviour)))
  for (const [index, behaviour] of behaviours.entries()) {
    await test.step(behaviour.name, async () => {
      await chat.open(`/c/${conversations[index]}`)
      await chat.ended(behaviour.status)
      await expect.poll(async () => shown(await chat.reply.innerText())).toContain(shown(behaviour.text).slice(0, 200))
      if (behaviour.words) await expect(chat.reply).toContainText(behaviour.words)
      // Never a value that became text by itself.
      await expect(chat.reply).not.toContainText(/\[object|undefined|NaN|<!doctype/)
    })
  }
})

/** Starts a behaviour in a conversation of its own. */
async function conversationOf(request: APIRequestContext, behaviour: Behaviour): Promise<string> {
  const answer = await request.post('/api/chat', {
    headers: { Prefer: 'respond-async' },
    data: { turnId: `matrix ${behaviour.name}`, text: promptOf(behaviour), model: 'scripted' },
  })
  return startData.parse(await answer.json()).conversationId
}

/** Text without the line breaks and spaces that a layout may change, and without the marks of code. */
function shown(text: string): string {
  return text.replace(/[\s`]+/g, '')
}
