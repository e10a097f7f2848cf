import type { Locator, Page } from '@playwright/test'
import { addReplies, addTurns } from '../../stored-turns.mjs'
import { type Chat, end } from '../chat'
import { expect, test } from '../fixtures'

const count = 2_500
/** A request for all of a conversation, not for its newest messages. */
const all = /\/api\/conversations\/[^/?]+$/
const away = { error: { kind: 'upstream', message: 'The disk is slow.', retryable: true } }

/** Of very different heights, so that a guess of them is wrong. */
function turn(place: number) {
  const lines = Array.from({ length: (place * 7) % 23 }, (_, line) => `Line ${line} of reply ${place}.`)
  return { prompt: `Prompt number ${place}`, reply: [...lines, `The end of ${place}.`].join('\n\n') }
}

test.beforeEach(async ({ chat, upstream }) => {
  upstream.script([{ delta: 'The first reply.' }, end])
  await chat.ask('The very first prompt')
})

/** Holds what comes before the newest messages until it is let go. */
async function holdRest(page: Page): Promise<() => Promise<void>> {
  const held: (() => Promise<void>)[] = []
  await page.route(all, async (route) => {
    const response = await route.fetch()
    held.push(() => route.fulfill({ response }))
  })
  return async () => {
    await expect.poll(() => held.length).toBeGreaterThan(0)
    await Promise.all(held.map((give) => give()))
    await page.unroute(all)
  }
}

/** Opens the end of a conversation of thousands, the rest of which is held. */
async function openEnd(chat: Chat, dataDir: string) {
  const turns = addTurns(dataDir, await chat.conversationId(), count, turn)
  const letGo = await holdRest(chat.page)
  await chat.reload()
  await expect(chat.transcript.getByText(`The end of ${count - 1}.`)).toBeInViewport()
  return { turns, letGo }
}

const loading = (chat: Chat) => chat.transcript.getByText('Loading earlier messages')
const nodes = (page: Page) => page.evaluate(() => document.querySelectorAll('main *').length)

/** What glides in the page takes thirty times as long, so that there is time for something to come in between. */
async function slowClock(page: Page): Promise<void> {
  await page.evaluate(() => {
    const began = performance.now()
    const now = performance.now.bind(performance)
    const frame = requestAnimationFrame.bind(window)
    performance.now = () => began + (now() - began) / 30
    window.requestAnimationFrame = (run) => frame(() => run(performance.now()))
  })
}

/** As long as what comes in front is put in place, the sight is kept and not the top. */
const seesTheBeginning = ({ transcript }: Chat) =>
  expect(async () => {
    await transcript.evaluate((element) => void element.scrollTo({ top: 0 }))
    await expect(transcript.getByText('The very first prompt')).toBeInViewport({ timeout: 500 })
  }).toPass()

/** Settles when nothing has scrolled for a while: a turn of the wheel goes on for some frames. */
const hasStopped = (transcript: Locator) =>
  transcript.evaluate(async (log) => {
    for (let still = 0, before = -1; still < 20; before = log.scrollTop) {
      await new Promise(requestAnimationFrame)
      still = log.scrollTop === before ? still + 1 : 0
    }
  })

/** Notes in each frame by how much a line in the middle of the sight has moved, and whether its element is gone. */
async function watchMiddle(page: Page): Promise<() => Promise<{ frames: number; furthest: number; gone: boolean }>> {
  const watching = await page.evaluateHandle(async () => {
    const seen = { frames: 0, furthest: 0, gone: false }
    const topOf = (line: Element) => line.getBoundingClientRect().top
    const isInMiddle = (line: Element) => topOf(line) > innerHeight / 4 && topOf(line) < innerHeight / 2
    const inMiddle = () => [...document.querySelectorAll('[data-message-text] p')].find(isInMiddle)
    let line = inMiddle()
    for (; !line; line = inMiddle()) await new Promise(requestAnimationFrame)
    const watched = line
    const from = topOf(watched)
    const frame = () => {
      seen.frames += 1
      seen.gone ||= !watched.isConnected
      seen.furthest = Math.max(seen.furthest, Math.abs(topOf(watched) - from))
      requestAnimationFrame(frame)
    }
    frame()
    return seen
  })
  return async () => {
    // Some frames more, for what is put right late.
    const { frames } = await watching.jsonValue()
    await expect.poll(async () => (await watching.jsonValue()).frames).toBeGreaterThan(frames + 20)
    return await watching.jsonValue()
  }
}

test('thousands of messages open at their end, and nothing moves when the rest comes', async ({ chat, rill }) => {
  const { page } = chat
  const { letGo } = await openEnd(chat, rill.dataDir)
  await expect(loading(chat)).toBeAttached()
  const watched = await watchMiddle(page)
  await letGo()
  await expect(loading(chat)).not.toBeAttached()
  expect(await watched()).toMatchObject({ furthest: expect.closeTo(0, 0), gone: false })
  expect(await nodes(page)).toBeLessThan(1_500)
  await expect(page.getByRole('button', { name: /^Jump to latest/ })).toHaveCount(0)
  await seesTheBeginning(chat)
})

test('who has scrolled up to the first that was there meanwhile stays there', async ({ chat, rill }) => {
  const { page, transcript } = chat
  const { letGo } = await openEnd(chat, rill.dataDir)
  await transcript.hover()
  await expect(async () => {
    await page.mouse.wheel(0, -20_000)
    await expect(loading(chat)).toBeInViewport({ timeout: 200 })
  }).toPass()
  const first = transcript.getByText(`Prompt number ${count - 30}`, { exact: true })
  await expect(first).toBeInViewport()
  await hasStopped(transcript)
  const watched = await watchMiddle(page)
  await letGo()
  await expect(loading(chat)).not.toBeAttached()
  expect(await watched()).toMatchObject({ furthest: expect.closeTo(0, 0), gone: false })
  await expect(page.getByRole('button', { name: 'Jump to latest', exact: true })).toBeVisible()
  await page.mouse.wheel(0, -300)
  await expect(transcript.getByText(`The end of ${count - 31}.`)).toBeInViewport()
})

test('a reply whose prompt is not among the newest messages stays where it is when that comes', async ({
  chat,
  rill,
}) => {
  const { page, transcript } = chat
  const id = await chat.conversationId()
  const last = addTurns(rill.dataDir, id, 100, turn).at(-1)
  // More replies to the last prompt than come first.
  const lines = Array.from({ length: 80 }, (_, line) => `Line ${line} again.`)
  const replies = Array.from({ length: 70 }, (_, place) => [`Reply ${place}.`, ...lines].join('\n\n'))
  addReplies(rill.dataDir, id, last?.promptId ?? '', replies)
  const letGo = await holdRest(page)
  await chat.reload()
  await expect(transcript.getByText('Line 79 again.')).toBeInViewport()
  await expect(transcript.getByText('60/60')).toBeAttached()
  await transcript.hover()
  await page.mouse.wheel(0, -400)
  await expect(transcript.getByText('Line 79 again.')).not.toBeInViewport()
  const watched = await watchMiddle(page)
  await letGo()
  await expect(loading(chat)).not.toBeAttached()
  expect(await watched()).toMatchObject({ furthest: expect.closeTo(0, 0), gone: false })
  await expect(transcript.getByText('71/71')).toBeAttached()
  await expect(transcript.getByText('Prompt number 99', { exact: true })).toBeAttached()
})

test('a turn that is sent while the rest comes stands where it was put, and is followed on', async ({
  chat,
  rill,
  upstream,
}) => {
  const { transcript } = chat
  const { letGo } = await openEnd(chat, rill.dataDir)
  const more = Array.from({ length: 60 }, (_, line) => `More ${line}.`).join('\n\n')
  upstream.scriptFor('One more', [{ delta: 'So far.\n\n' }, { until: 'go on' }, { delta: more }, end])
  await chat.send('One more')
  await expect(transcript.getByText('So far.')).toBeInViewport()
  await expect.poll(() => transcript.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight)).toBe(0)
  const prompt = transcript.getByText('One more', { exact: true })
  const element = await prompt.elementHandle()
  const before = await prompt.boundingBox()
  await letGo()
  await expect(loading(chat)).not.toBeAttached()
  await expect.poll(() => prompt.boundingBox()).toEqual(before)
  expect(await element?.evaluate(({ isConnected }) => isConnected)).toBe(true)
  upstream.open('go on')
  await chat.ended('completed')
  await expect(transcript.getByText('More 59.')).toBeInViewport()
})

test('the way to a turn that is sent is no longer when earlier ones come meanwhile', async ({
  chat,
  rill,
  upstream,
}) => {
  const { page, transcript } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 300, turn)
  const letGo = await holdRest(page)
  await chat.reload()
  await expect(transcript.getByText('The end of 299.')).toBeInViewport()
  upstream.scriptFor('One more', [{ delta: 'So far.' }, end])
  await slowClock(page)
  const seen = await transcript.evaluateHandle((log) => {
    const distances: number[] = []
    const frame = () => {
      distances.push((log.scrollHeight - log.scrollTop - log.clientHeight) / log.clientHeight)
      requestAnimationFrame(frame)
    }
    frame()
    return distances
  })
  await chat.send('One more')
  await letGo()
  await expect(loading(chat)).not.toBeAttached()
  await chat.ended('completed')
  await expect.poll(async () => (await seen.jsonValue()).at(-1), { timeout: 20_000 }).toBeCloseTo(0, 1)
  // In heights of the sight: it was at the end, and has got room for one more turn.
  expect(Math.max(...(await seen.jsonValue()))).toBeLessThan(1.5)
})

test('a link to a message that is not here yet goes there when it is', async ({ chat, rill }) => {
  const { page } = chat
  const id = await chat.conversationId()
  const [first] = addTurns(rill.dataDir, id, count, turn)
  const letGo = await holdRest(page)
  await page.goto('about:blank')
  await page.goto(`/c/${id}#message-${first?.promptId}`)
  await expect(chat.transcript.getByText(`The end of ${count - 1}.`)).toBeInViewport()
  await letGo()
  const linked = page.locator(`[data-message="${first?.promptId}"]`)
  await expect(linked).toBeFocused()
  await expect(linked).toBeInViewport()
})

test('find counts again when the rest is here, and the place that was gone to stays the one', async ({
  chat,
  rill,
}) => {
  const { page, transcript } = chat
  const { letGo } = await openEnd(chat, rill.dataDir)
  const box = page.getByRole('textbox', { name: 'Find in conversation' })
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+f')
    await expect(box).toBeFocused({ timeout: 500 })
  }).toPass()
  const status = page.getByRole('search').getByRole('status')
  await box.fill('the very first prompt')
  await expect(status).toHaveText('No matches yet')
  await box.fill(`prompt number 249`)
  await expect(status).toHaveText('10')
  await box.press('Enter')
  await expect(status).toHaveText('1 of 10')
  await letGo()
  await expect(status).toHaveText('2 of 11')
  await box.fill('the very first prompt')
  await expect(status).toHaveText('1')
  await box.press('Enter')
  await expect(transcript.getByText('The very first prompt')).toBeInViewport()
})

test('when the rest cannot be loaded, the page says so, can be used, and tries again', async ({
  chat,
  rill,
  upstream,
  complaints,
}) => {
  complaints.expect(/503/)
  const { page, transcript } = chat
  addTurns(rill.dataDir, await chat.conversationId(), count, turn)
  await page.route(all, (route) => route.fulfill({ status: 503, json: away }))
  await chat.reload()
  await expect(transcript.getByText(`The end of ${count - 1}.`)).toBeInViewport()
  const alert = transcript.getByRole('alert')
  await expect(alert).toContainText('Couldn’t load earlier messages. The disk is slow.')
  upstream.scriptFor('One more', [{ delta: 'All the same.' }, end])
  await chat.ask('One more')
  const again = transcript.getByRole('button', { name: 'Try again' })
  await again.press('Enter')
  await expect(again).toBeFocused()
  await page.unroute(all)
  await again.press('Enter')
  await expect(alert).not.toBeAttached()
  await expect(transcript).toBeFocused()
  await expect(loading(chat)).not.toBeAttached()
  await seesTheBeginning(chat)
})
