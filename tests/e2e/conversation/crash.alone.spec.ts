import { freePort } from '../../ports'
import { type RillServer, startRill } from '../../rill-server'
import { delta } from '../../upstream/events'
import { Chat, numbered, paced, wordsIn } from '../chat'
import { test as base, expect, upstreamEnvironment } from '../fixtures'

interface Mortal {
  server: RillServer
  restart(): Promise<void>
}

/** A Rill of a test's own, to be killed. */
const test = base.extend<{ mortal: Mortal }>({
  mortal: async ({ house }, use) => {
    const env = upstreamEnvironment(house.upstreamPort)
    const port = await freePort()
    const first = await startRill({ env, port })
    const mortal = {
      server: first,
      async restart() {
        mortal.server = await startRill({ env, dataDir: first.dataDir, port })
      },
    }
    await use(mortal)
    await mortal.server.kill('SIGKILL')
    await first.stop()
  },
})

const pace = 10
/** What a crash may cost, and what a busy machine may add. */
const mostLost = 250 / pace + 5

test('after kill -9 the text up to the last 250 ms is there, and the page recovers by itself', async ({
  page,
  mortal,
  upstream,
  complaints,
}) => {
  complaints.expect(/net::ERR_(CONNECTION|INCOMPLETE|EMPTY)/)
  const words = numbered(1, 2_000)
  upstream.scriptFor('Count', [...paced(words, pace), { until: 'never' }])
  upstream.scriptFor('still there', [{ delta: 'I am.' }, { write: 'data: [DONE]\n\n' }])
  const chat = new Chat(page)
  await chat.open(mortal.server.url)
  await chat.send('Count')
  await expect(chat.reply).toContainText('w0100')
  await chat.conversationId()
  await mortal.server.kill('SIGKILL')
  const { bytesSent } = await (await upstream.request(0)).closed
  const seen = await wordsIn(chat.reply)
  expect(seen).toEqual(words.slice(0, seen.length))
  await expect(chat.reply).toContainText('Connection lost')
  await chat.running()

  await mortal.restart()
  await chat.ended('interrupted')
  await expect(chat.reply).toContainText('interrupted')
  expect(await wordsIn(chat.reply)).toEqual(seen)

  await chat.reload()
  await chat.ended('interrupted')
  const kept = await wordsIn(chat.reply)
  expect(kept).toEqual(words.slice(0, kept.length))
  const sent = bytesSent / Buffer.byteLength(delta(words[0] ?? ''))
  expect(sent - kept.length).toBeLessThanOrEqual(mostLost)

  await chat.ask('Are you still there?')
  await expect(chat.reply).toContainText('I am.')
  expect((await upstream.request(1)).body.messages).toEqual([
    { role: 'user', content: 'Count' },
    { role: 'assistant', content: kept.join('') },
    { role: 'user', content: 'Are you still there?' },
  ])
})

test('a send that failed gives the text back', async ({ page, mortal, upstream, complaints }) => {
  // Code that the page fetches ahead may be on its way.
  complaints.expect(/net::ERR_(CONNECTION|INCOMPLETE_CHUNKED)/)
  const chat = new Chat(page)
  await chat.open(mortal.server.url)
  await chat.ask('Good morning')
  await mortal.server.kill('SIGKILL')
  await chat.send('Is anybody there?')
  await expect(chat.composer).toHaveValue('')
  await expect(chat.transcript).toContainText('Is anybody there?')
  const refusal = page.getByRole('alert').filter({ hasText: 'Not sent' })
  await expect(refusal).toContainText('Can’t reach Rill’s server')
  await expect(chat.composer).toHaveValue('Is anybody there?')
  await expect(chat.replies).toHaveCount(1)

  await mortal.restart()
  await chat.sendButton.click()
  await expect(chat.replies).toHaveCount(2)
  await chat.ended('completed')
  await expect(refusal).toBeHidden()
  await expect(chat.composer).toHaveValue('')
  expect(upstream.requests).toHaveLength(2)
})

test('a server that is told to end keeps everything', async ({ page, mortal, upstream, complaints }) => {
  complaints.expect(/net::ERR_(CONNECTION|INCOMPLETE|EMPTY)/)
  const words = numbered(1, 50)
  upstream.script([...paced(words, 1), { until: 'never' }])
  const chat = new Chat(page)
  await chat.open(mortal.server.url)
  await chat.send('Count')
  await expect(chat.reply).toContainText('w0050')
  await chat.conversationId()
  expect(await mortal.server.kill('SIGTERM')).toBe(0)
  await chat.ended('interrupted')
  expect(await wordsIn(chat.reply)).toEqual(words)
  await mortal.restart()
  await chat.reload()
  await chat.ended('interrupted')
  expect(await wordsIn(chat.reply)).toEqual(words)
})
