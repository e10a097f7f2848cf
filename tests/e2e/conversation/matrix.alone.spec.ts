import type { APIRequestContext } from '@playwright/test'
import { startData } from '../../../lib/protocol/events'
import { type Behaviour, behaviours, promptOf } from '../../matrix/behaviours'
import { full } from '../../selection.mjs'
import { expect, test } from '../fixtures'

test.use({
  environment: {
    RILL_HEADERS_TIMEOUT_MS: '2500',
    RILL_FIRST_TOKEN_TIMEOUT_MS: '2500',
    RILL_IDLE_TIMEOUT_MS: '2500',
    RILL_RETRY_ATTEMPTS: '1',
  },
})

/** All of them where there is time, or else one for each way to end. */
const shownHere = full ? behaviours : behaviours.filter((each, index) => behaviours.findIndex(endsAs(each)) === index)

function endsAs({ status, kind, finishReason }: Behaviour) {
  return (other: Behaviour) => other.status === status && other.kind === kind && other.finishReason === finishReason
}

test('what upstreams do, as the page shows it', async ({ chat, page, upstream }) => {
  test.setTimeout(240_000)
  for (const behaviour of shownHere) upstream.scriptFor(promptOf(behaviour), behaviour.script)
  const conversations = await Promise.all(shownHere.map((behaviour) => conversationOf(page.request, behaviour)))
  for (const [index, behaviour] of shownHere.entries()) {
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
