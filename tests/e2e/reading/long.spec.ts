import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { addTurns } from '../../stored-turns.mjs'
import { end } from '../chat'
import { expect, test } from '../fixtures'
import { longReply, turn } from './long-texts'

test.beforeEach(async ({ chat, upstream }) => {
  upstream.script([{ delta: 'The first reply.' }, end])
  await chat.ask('The first prompt')
})

const nodes = (page: Page) => page.evaluate(() => document.querySelectorAll('main *').length)
/** Where a message stands in the window, in pixels from the top of the transcript. */
const placeOf = (page: Page, words: string) =>
  page
    .getByRole('log')
    .getByText(words, { exact: true })
    .evaluate((element) => {
      const log = element.closest('[role="log"]')
      return element.getBoundingClientRect().top - (log?.getBoundingClientRect().top ?? 0)
    })

test('a conversation of thousands opens at its end, with few nodes, and its beginning can be scrolled to', async ({
  chat,
  rill,
}) => {
  const { page } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 2_500, turn)
  await chat.reload()
  await expect(chat.transcript.getByText('The end of 2499.')).toBeInViewport()
  expect(await nodes(page)).toBeLessThan(1_500)
  await chat.transcript.press('Home')
  // What is first may have others come in front of it.
  await expect(async () => {
    await chat.transcript.evaluate((element) => element.scrollTo({ top: 0 }))
    await expect(chat.transcript.getByText('The first prompt')).toBeInViewport({ timeout: 1_000 })
  }).toPass()
  expect(await nodes(page)).toBeLessThan(1_500)
  await page.getByRole('button', { name: 'Jump to latest' }).click()
  await expect(chat.transcript.getByText('The end of 2499.')).toBeInViewport()
})

test('what is read stands still while the heights above it become known, and while a reply grows below', async ({
  chat,
  rill,
  upstream,
}) => {
  const { page } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 300, turn)
  await chat.reload()
  await expect(chat.transcript.getByText('The end of 299.')).toBeInViewport()
  const steps = Array.from({ length: 30 }, (_, step) => `step ${step}`)
  const lines = 'A line that grows.\n\n'.repeat(3)
  upstream.scriptFor('One more', [{ delta: lines }, ...steps.flatMap((until) => [{ until }, { delta: lines }]), end])
  await chat.send('One more')
  await expect(chat.reply).toContainText('A line that grows.')
  await chat.transcript.hover()
  await page.mouse.wheel(0, -1_500)
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, -200)
      return await firstInSight(page)
    })
    .not.toBe('')
  // Up in steps, through turns that have never been measured.
  for (const step of steps) {
    const seen = await firstInSight(page)
    const before = await placeOf(page, seen)
    upstream.open(step)
    await page.mouse.wheel(0, -120)
    await expect.poll(() => placeOf(page, seen)).toBeCloseTo(before + 120, -1)
  }
  await chat.ended('completed')
})

const firstInSight = (page: Page) =>
  page.getByRole('log').evaluate((log) => {
    const sight = log.getBoundingClientRect()
    const lines = [...log.querySelectorAll('[data-message-text], p')]
    const seen = lines.find((each) => {
      const { top } = each.getBoundingClientRect()
      const inside = top > sight.top + 40 && top < sight.bottom - 200
      // What is not measured yet stands anywhere, and is not shown.
      return inside && each.checkVisibility({ visibilityProperty: true }) && /^(Prompt|Line) /.test(each.textContent)
    })
    return seen?.textContent ?? ''
  })

test('a link leads to its message, on whichever branch, and marks it', async ({ chat, rill }) => {
  const { page } = chat
  const id = await chat.conversationId()
  const turns = addTurns(rill.dataDir, id, 400, turn)
  await page.goto('about:blank')
  await page.goto(`/c/${id}#message-${turns[37]?.replyId}`)
  const linked = page.locator(`[data-message="${turns[37]?.replyId}"]`)
  await expect(linked).toBeInViewport()
  await expect(linked).toBeFocused()
  await expect.poll(() => placeOf(page, 'number 37')).toBeLessThan(120)
  await page.evaluate((hash) => {
    window.location.hash = hash
  }, `#message-${turns[399]?.promptId}`)
  await expect(page.locator(`[data-message="${turns[399]?.promptId}"]`)).toBeFocused()
})

test('a turn in which the person has the focus or a selection stays, however far away', async ({ chat, rill }) => {
  const { page, transcript } = chat
  const id = await chat.conversationId()
  const turns = addTurns(rill.dataDir, id, 300, turn)
  const reply = (place: number) => page.locator(`[data-message="${turns[place]?.replyId}"]`)
  await page.goto('about:blank')
  await page.goto(`/c/${id}#message-${turns[40]?.replyId}`)
  await expect(reply(40)).toBeFocused()
  const goFarAway = async () => {
    await transcript.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    await expect(transcript.getByText('The end of 299.')).toBeInViewport()
    await expect(reply(41)).toHaveCount(0)
  }
  await goFarAway()
  await expect(reply(40)).toBeFocused()

  const words = reply(40).getByText('The end of 40.')
  await words.scrollIntoViewIfNeeded()
  await expect(reply(41)).toBeAttached()
  await words.evaluate((element) => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    document.getSelection()?.selectAllChildren(element)
  })
  await goFarAway()
  expect(await page.evaluate(() => document.getSelection()?.toString())).toBe('The end of 40.')
  await expect(words).toBeAttached()
  await page.evaluate(() => document.getSelection()?.removeAllRanges())
  await expect(reply(40)).toHaveCount(0)
})

const forks = ['prompt', 'reply'] as const
for (const fork of forks)
  test(`another branch that is longer by hundreds of turns has few nodes too, from another ${fork} on`, async ({
    chat,
    rill,
    upstream,
  }) => {
    const { page, transcript } = chat
    const conversationId = await chat.conversationId()
    const conversation = await page.request.get(`/api/conversations/${conversationId}`)
    const { messages } = await conversation.json()
    addTurns(rill.dataDir, conversationId, 400, turn)
    upstream.script([{ delta: 'The other reply.' }, end])
    const turnId = randomUUID()
    const origin = new URL(page.url()).origin
    const [path, data] =
      fork === 'prompt'
        ? ['/api/chat', { conversationId, parentId: null, text: 'The other prompt', model: 'scripted' }]
        : [`/api/generations/${messages.at(-1).generation.id}/regenerate`, {}]
    await page.request.post(path, { data: { ...data, turnId, stream: false }, headers: { origin } })
    await chat.reload()
    await expect(transcript.getByText('The other reply.')).toBeInViewport()
    for (const _ of ['there', 'and there again']) {
      await transcript.getByRole('button', { name: 'Previous branch' }).click()
      await expect(transcript.getByText('The first reply.')).toBeInViewport()
      expect(await nodes(page)).toBeLessThan(1_500)
      await page.getByRole('button', { name: 'Jump to latest' }).click()
      await expect(transcript.getByText('The end of 399.')).toBeInViewport()
      expect(await nodes(page)).toBeLessThan(1_500)
      await transcript.evaluate((element) => element.scrollTo({ top: 0 }))
      await transcript.getByRole('button', { name: 'Next branch' }).click()
      await expect(transcript.getByText('The other reply.')).toBeInViewport()
    }
  })

test('the code that shows earlier turns cannot be fetched: words say so, and it is tried again when asked', async ({
  chat,
  complaints,
  rill,
}) => {
  complaints.expect(/net::ERR_FAILED/)
  const { page, transcript } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 30, turn)
  await chat.open('/')
  await chat.ask('A short one')
  let down = true
  await page.route(/\/_next\/static\/.*\.js$/, (route) => (down ? route.abort() : route.continue()))
  await chat.row('The first prompt').getByRole('link').click()
  await expect(transcript.getByText('The end of 29.')).toBeInViewport()
  const words = transcript.getByRole('alert').filter({ hasText: 'shows earlier messages' })
  await expect(words).toBeVisible()
  down = false
  await words.getByRole('button', { name: 'Try again' }).click()
  await expect(words).toBeHidden()
  await transcript.evaluate((element) => element.scrollTo({ top: 0 }))
  await expect(transcript.getByText('The first prompt')).toBeInViewport()
})

// The browser keeps its place in a short conversation, and Rill beside a long history.
for (const count of [1, 12])
  test(`what is read of a long reply stands still while the rest of it is mounted, after ${count} turns`, async ({
    chat,
    rill,
  }) => {
    const { page, transcript } = chat
    const long = { prompt: 'Much', reply: longReply() }
    addTurns(rill.dataDir, await chat.conversationId(), count, (place) => (place === count - 1 ? long : turn(place)))
    await page.addInitScript(() => {
      // From the first sight of the end on, a line is read further up, and where it stands is noted in each frame.
      const moves: number[] = []
      let line: Element | null = null
      let before = 0
      const frame = () => {
        const scroller = document.getElementById('transcript')
        const end = [...document.querySelectorAll('.markdown')].at(-1)?.lastElementChild
        if (!line && scroller && end?.textContent?.includes('The end of it all.')) {
          scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: -300 }))
          scroller.scrollTop -= 300
          line = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('h3, h4, p, table, pre') ?? null
        } else if (line) moves.push(Math.abs(line.getBoundingClientRect().top - before))
        before = line?.getBoundingClientRect().top ?? 0
        requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
      Object.assign(window, { moves })
    })
    await chat.reload()
    await expect(transcript.getByText('The end of it all.')).toBeAttached()
    await expect(transcript.locator('.pending-chunk')).toHaveCount(0, { timeout: 30_000 })
    await expect(transcript.getByRole('heading', { name: 'Section 0', exact: true })).toBeAttached()
    const moves = await page.evaluate(() => ('moves' in window && Array.isArray(window.moves) ? window.moves : []))
    expect(moves.length).toBeGreaterThan(5)
    expect(Math.max(...moves)).toBeLessThanOrEqual(1)
  })
