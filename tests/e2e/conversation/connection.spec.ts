import type { Locator } from '@playwright/test'
import { Chat, end, numbered, paced, wordsIn } from '../chat'
import { expect, test } from '../fixtures'
import { startTcpProxy } from './tcp-proxy'

test('a cut connection is made again, and the text is whole', async ({ page, rill, upstream, complaints }) => {
  complaints.expect(/net::ERR_(CONNECTION|INCOMPLETE|EMPTY)/)
  const proxy = await startTcpProxy(rill.port)
  const words = numbered(1, 300)
  upstream.script([...paced(words, 5), end])
  const chat = new Chat(page)
  await chat.open(proxy.url)
  await chat.send('Count')
  for (const seen of ['w0030', 'w0100', 'w0200']) {
    await expect(chat.reply).toContainText(seen)
    proxy.cut()
  }
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(words)
  expect(await chat.storedReply()).toBe(words.join(''))
  expect(upstream.requests).toHaveLength(1)
  await page.close()
  await proxy.stop()
})

test('off line, the page says so, and goes on when the network is back', async ({
  chat,
  context,
  upstream,
  complaints,
}) => {
  complaints.expect(/net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED)/)
  const words = numbered(1, 60)
  upstream.script([
    ...paced(words.slice(0, 20), 1),
    { until: 'off line' },
    ...paced(words.slice(20), 1),
    { until: 'the end' },
    end,
  ])
  await chat.send('Count')
  await expect(chat.reply).toContainText('w0020')
  await context.setOffline(true)
  const bar = chat.page.getByRole('status').filter({ hasText: 'You’re offline' })
  await expect(bar).toBeVisible()
  // In the middle of the pane, beside the title.
  const [pill, title, pane] = await Promise.all([boxOf(bar), boxOf(chat.title), boxOf(chat.page.getByRole('main'))])
  expect(title.x + title.width).toBeLessThanOrEqual(pill.x)
  expect(Math.abs(pill.x + pill.width / 2 - (pane.x + pane.width / 2))).toBeLessThan(12)
  await chat.composer.fill('Written meanwhile')
  upstream.open('off line')
  upstream.open('the end')
  await (await upstream.request(0)).closed

  await context.setOffline(false)
  await expect(bar).toBeHidden()
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(words)
  await expect(chat.composer).toHaveValue('Written meanwhile')
})

test('a send whose answer is lost is made once', async ({ page, rill, upstream, complaints }) => {
  complaints.expect(/net::ERR_(CONNECTION|INCOMPLETE|EMPTY)/)
  const proxy = await startTcpProxy(rill.port)
  const chat = new Chat(page)
  await chat.open(proxy.url)
  // The connection goes when the prompt has reached the model and before the page has heard of it.
  upstream.script([{ until: 'cut' }, { delta: 'Once.' }, end])
  await chat.send('Only once')
  await upstream.request(0)
  proxy.cut()
  upstream.open('cut')
  await chat.ended('completed')
  await expect(chat.reply).toContainText('Once.')
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.sidebar.getByRole('listitem')).toHaveCount(1)
  expect(upstream.requests).toHaveLength(1)
  await page.close()
  await proxy.stop()
})

test('the code that shows messages cannot be fetched: words say so, and it is tried again until it is here', async ({
  chat,
  complaints,
  upstream,
}) => {
  complaints.expect(/net::ERR_FAILED/)
  const { page } = chat
  upstream.script([{ delta: 'Here.' }, end])
  let down = true
  await page.route(/\/_next\/static\/.*\.js$/, (route) => (down ? route.abort() : route.continue()))
  await chat.send('Are you there?')
  const words = page.getByRole('alert').filter({ hasText: 'Nothing is lost' })
  await expect(words).toBeVisible()
  down = false
  await expect(chat.reply).toContainText('Here.')
  await expect(words).toBeHidden()

  // On another page of the same kind, who does not wait reloads.
  const id = await chat.conversationId()
  await chat.open('/')
  down = true
  await chat.row('Are you there?').getByRole('link').click()
  await expect(page).toHaveURL(`/c/${id}`)
  await expect(words).toBeVisible()
  page.on('request', (request) => {
    if (request.isNavigationRequest()) down = false
  })
  await words.getByRole('button', { name: 'Reload the page' }).click()
  await expect(chat.reply).toContainText('Here.')
})

async function boxOf(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await element.boundingBox()) ?? { x: Number.NaN, y: Number.NaN, width: Number.NaN, height: Number.NaN }
}
