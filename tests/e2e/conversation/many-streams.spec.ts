import type { Page } from '@playwright/test'
import type { ScriptedUpstream } from '../../upstream/scripted'
import { Chat, end, numbered, paced, wordsIn } from '../chat'
import { expect, test } from '../fixtures'
import { startTcpProxy } from './tcp-proxy'

const words = numbered(1, 60)
const prompts = Array.from({ length: 8 }, (_, index) => `River ${index + 1}`)

/** Every answer says half of its words, waits, and says the rest. */
function scriptRivers(upstream: ScriptedUpstream): void {
  for (const prompt of prompts)
    upstream.scriptFor(prompt, [
      ...paced(words.slice(0, 30), 2),
      { until: `${prompt} goes on` },
      ...paced(words.slice(30), 2),
      { until: 'the end' },
      end,
    ])
}

/** Sends, and waits until the first half has come. */
async function begin(chat: Chat, prompt: string): Promise<void> {
  if (new URL(chat.page.url()).pathname !== '/') await chat.startNew()
  await chat.send(prompt)
  await expect(chat.reply).toContainText('w0030')
  await chat.conversationId()
}

async function show(chat: Chat, prompt: string): Promise<void> {
  await chat.row(prompt).getByRole('link').click()
  await expect(chat.transcript).toContainText(prompt)
}

/** How many event streams a page has open. */
function watchStreams(page: Page): { open(): number } {
  const open = new Set<unknown>()
  page.on('request', (request) => {
    if (/\/api\/(chat|generations\/events)/.test(request.url())) open.add(request)
  })
  for (const over of ['requestfinished', 'requestfailed'] as const)
    page.on(over as 'requestfinished', (request) => open.delete(request))
  return { open: () => open.size }
}

test.describe('eight answers at once, over six connections', () => {
  test('in one tab: all go on to the end, and another click is answered', async ({ chat, upstream }) => {
    scriptRivers(upstream)
    const streams = watchStreams(chat.page)
    for (const prompt of prompts) await begin(chat, prompt)
    await expect(chat.liveRows).toHaveCount(8)
    await expect.poll(streams.open).toBeLessThanOrEqual(2)
    for (const prompt of prompts) upstream.open(`${prompt} goes on`)
    for (const prompt of prompts) {
      await show(chat, prompt)
      await expect(chat.reply).toContainText('w0060')
      expect(await wordsIn(chat.reply)).toEqual(words)
      await chat.running()
    }
    upstream.scriptFor('Ninth', [{ delta: 'Here as well.' }, end])
    await chat.startNew()
    await chat.ask('Ninth')
    upstream.open('the end')
    await expect(chat.liveRows).toHaveCount(0)
    for (const prompt of prompts) {
      await show(chat, prompt)
      await chat.ended('completed')
      expect(await wordsIn(chat.reply)).toEqual(words)
    }
    expect(upstream.requests).toHaveLength(9)
  })

  test('in four tabs: all go on to the end, and another click is answered', async ({ chat, context, upstream }) => {
    scriptRivers(upstream)
    const tabs = [chat]
    for (let index = 1; index < 4; index += 1) {
      const tab = new Chat(await context.newPage())
      await tab.open('/')
      tabs.push(tab)
    }
    const streams = tabs.map(({ page }) => watchStreams(page))
    for (const [index, tab] of tabs.entries())
      for (const prompt of prompts.slice(2 * index, 2 * index + 2)) await begin(tab, prompt)
    const open = () => streams.reduce((sum, each) => sum + each.open(), 0)
    await expect.poll(open).toBeLessThanOrEqual(4)
    for (const prompt of prompts) upstream.open(`${prompt} goes on`)
    for (const [index, tab] of tabs.entries()) {
      await expect(tab.reply).toContainText('w0060')
      expect(await wordsIn(tab.reply)).toEqual(words)
      await show(tab, prompts[2 * index] ?? '')
      await expect(tab.reply).toContainText('w0060')
      expect(await wordsIn(tab.reply)).toEqual(words)
    }
    upstream.scriptFor('Ninth', [{ delta: 'Here as well.' }, end])
    for (const tab of tabs) {
      await tab.startNew()
      await tab.ask('Ninth')
    }
    upstream.open('the end')
    for (const tab of tabs) await expect(tab.liveRows).toHaveCount(0)
  })
})

test('the tab that reads for the others is closed in mid-stream: nothing is lost', async ({
  chat,
  context,
  upstream,
}) => {
  scriptRivers(upstream)
  const [prompt = ''] = prompts
  const addresses: string[] = []
  // Two answers that the shared connection reads: nobody in these tabs has sent them.
  await begin(chat, prompt)
  addresses.push(`/c/${await chat.conversationId()}`)
  const leader = new Chat(await context.newPage())
  await chat.page.close()
  await leader.open(addresses[0] ?? '')
  await expect(leader.reply).toContainText('w0030')
  const other = new Chat(await context.newPage())
  const streams = watchStreams(other.page)
  await other.open(addresses[0] ?? '')
  await expect(other.reply).toContainText('w0030')
  upstream.open(`${prompt} goes on`)
  await expect(other.reply).toContainText('w0040')
  expect(streams.open()).toBe(0)
  await leader.page.close()
  await expect(other.reply).toContainText('w0060')
  // What came last may have been the closed tab's still.
  await expect.poll(() => streams.open()).toBe(1)
  upstream.open('the end')
  await other.ended('completed')
  expect(await wordsIn(other.reply)).toEqual(words)
})

test('an answer that ended out of sight has a dot until it is opened, also after a reload', async ({
  chat,
  context,
  upstream,
}) => {
  scriptRivers(upstream)
  const [prompt = '', second = ''] = prompts
  await begin(chat, prompt)
  await begin(chat, second)
  const dotted = chat.sidebar.getByRole('listitem').filter({ hasText: 'new reply' })
  await expect(dotted).toHaveCount(0)
  for (const each of [prompt, second]) upstream.open(`${each} goes on`)
  upstream.open('the end')
  await chat.ended('completed')
  await expect(dotted).toHaveText(new RegExp(prompt))
  await chat.reload()
  await expect(dotted).toHaveText(new RegExp(prompt))
  const other = new Chat(await context.newPage())
  await other.open('/')
  await expect(other.row('new reply')).toHaveCount(1)
  await show(other, prompt)
  await expect(other.row('new reply')).toHaveCount(0)
  await expect(dotted).toHaveCount(0)
  await chat.reload()
  await expect(dotted).toHaveCount(0)
})

test('off line and on again, an answer that another page began goes on at once', async ({
  chat,
  context,
  upstream,
  complaints,
}) => {
  complaints.expect(/net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED)/)
  scriptRivers(upstream)
  const [prompt = ''] = prompts
  await begin(chat, prompt)
  await chat.conversationId()
  await chat.reload()
  await expect(chat.reply).toContainText('w0030')
  await context.setOffline(true)
  upstream.open(`${prompt} goes on`)
  upstream.open('the end')
  await (await upstream.request(0)).closed
  await context.setOffline(false)
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(words)
})

test('a reload shows how a reply continues while the code that follows it cannot be fetched, and then follows it', async ({
  chat,
  upstream,
  complaints,
}) => {
  complaints.expect(/net::ERR_FAILED/)
  scriptRivers(upstream)
  const [prompt = ''] = prompts
  await begin(chat, prompt)
  let blocked = true
  await chat.page.route(/\/_next\/static\/.+\.js/, async (route) => {
    const response = await route.fetch()
    const followsLogs = (await response.text()).includes('rill.streams.')
    await (blocked && followsLogs ? route.abort() : route.fulfill({ response }))
  })
  const streams = watchStreams(chat.page)
  await chat.reload()
  upstream.open(`${prompt} goes on`)
  await expect(chat.reply).toContainText('w0060', { timeout: 15_000 })
  expect(streams.open()).toBe(0)
  blocked = false
  await expect.poll(streams.open).toBe(1)
  upstream.open('the end')
  await chat.ended('completed')
  expect(await wordsIn(chat.reply)).toEqual(words)
})

test('a send that never got through gives its words back', async ({ page, rill, upstream, complaints }) => {
  complaints.expect(/net::ERR_(CONNECTION|INCOMPLETE|EMPTY|FAILED)/)
  const proxy = await startTcpProxy(rill.port)
  const chat = new Chat(page)
  await chat.open(proxy.url)
  await proxy.stop()
  await chat.send('Words that matter')
  await expect(chat.composer).toHaveValue('Words that matter', { timeout: 20_000 })
  await expect(chat.replies).toHaveCount(0)
  expect(upstream.requests).toHaveLength(0)
  await page.close()
})
