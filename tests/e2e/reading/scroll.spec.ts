import type { Page } from '@playwright/test'
import { reasoning } from '../../upstream/events'
import type { ScriptedUpstream } from '../../upstream/scripted'
import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'

const paragraph = (name: string) => `${name}: ${'water runs over stones and says so. '.repeat(4)}\n\n`
const paragraphs = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => paragraph(`Paragraph ${from + index}`)).join('')

/** How far the end of the transcript is below the sight, in pixels. */
const below = (page: Page) =>
  page.getByRole('log').evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight))
/** Where a text stands below the top of the transcript, in pixels. */
const topOf = (page: Page, text: string | RegExp) =>
  page
    .getByRole('log')
    .getByText(text)
    .last()
    .evaluate((element) => {
      const log = element.closest('[role="log"]')
      return Math.round(element.getBoundingClientRect().top - (log?.getBoundingClientRect().top ?? 0))
    })

/** A reply that grows by a screen whenever the gate `more` is opened, in a page that follows it. */
async function growing(chat: Chat, upstream: ScriptedUpstream): Promise<void> {
  upstream.script([
    { delta: paragraphs(1, 20) },
    { until: 'more' },
    { delta: paragraphs(21, 30) },
    { until: 'yet more' },
    { delta: paragraphs(31, 40) },
    { until: 'the end' },
    end,
  ])
  await chat.send('Tell me of water')
  await expect(chat.reply).toContainText('Paragraph 20')
  await expect.poll(() => below(chat.page)).toBeLessThan(2)
}

test('a prompt that is sent goes near the top, with room below', async ({ chat, upstream }) => {
  upstream.script([{ delta: paragraphs(1, 20) }, end])
  await chat.ask('The first')
  upstream.script([{ delta: 'Short.' }, { until: 'the end' }, end])
  await chat.send('The second')
  await expect(chat.reply).toContainText('Short.')
  await expect.poll(() => topOf(chat.page, 'The second')).toBeLessThan(100)
  await settled(chat.page)
  const before = await topOf(chat.page, 'Short.')
  upstream.open('the end')
  await chat.ended('completed')
  expect(await topOf(chat.page, 'Short.')).toBe(before)
})

test('the end is followed while the person is there', async ({ chat, upstream }) => {
  await growing(chat, upstream)
  upstream.open('more')
  await expect(chat.reply).toContainText('Paragraph 30')
  await expect.poll(() => below(chat.page)).toBeLessThan(2)
  await expect(chat.page.getByRole('button', { name: /Jump to latest/ })).toBeHidden()
})

const waysToLetGo: Record<string, (chat: Chat) => Promise<void>> = {
  'the wheel': async ({ page, transcript }) => {
    await transcript.hover()
    await page.mouse.wheel(0, -200)
  },
  PageUp: async ({ transcript }) => {
    await transcript.press('PageUp')
  },
  'a selection': async ({ page, reply }) => {
    const box = await reply.getByText('Paragraph 19').boundingBox()
    await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5)
    await page.mouse.down()
    await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 8, { steps: 4 })
    await page.mouse.up()
  },
}
for (const [way, letGo] of Object.entries(waysToLetGo)) {
  test(`${way} lets go at once, and what is read stands still`, ({ chat, upstream }) =>
    standsStill(chat, upstream, letGo))
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('a finger lets go at once, and what is read stands still', async ({ page, upstream }) => {
    const chat = new Chat(page)
    await page.goto('/')
    await expect(chat.composer).toBeEditable()
    await standsStill(chat, upstream, async () => {
      const touch = await finger(page)
      await touch('touchStart', 200)
      for (let y = 220; y <= 440; y += 20) await touch('touchMove', y)
      await touch('touchEnd')
    })
  })

  test('nothing moves under a finger that rests, and a tap does not let go', async ({ page, upstream }) => {
    const chat = new Chat(page)
    await page.goto('/')
    await expect(chat.composer).toBeEditable()
    const touch = await finger(page)
    await growing(chat, upstream)
    const before = await topOf(page, /^Paragraph 19:/)
    await touch('touchStart', 200)
    upstream.open('more')
    await expect(chat.reply).toContainText('Paragraph 30')
    await settled(page)
    expect(await topOf(page, /^Paragraph 19:/)).toBe(before)
    await touch('touchEnd')
    await page.getByRole('button', { name: 'Jump to latest (new text)' }).tap()
    await expect.poll(() => below(page)).toBeLessThan(2)

    await touch('touchStart', 200)
    await touch('touchEnd')
    upstream.open('yet more')
    await expect(chat.reply).toContainText('Paragraph 40')
    await expect.poll(() => below(page)).toBeLessThan(2)
  })
})

/** A finger on the screen, by its height. */
async function finger(page: Page) {
  const session = await page.context().newCDPSession(page)
  return async (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number): Promise<void> => {
    await session.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: 200, y }] })
  }
}

async function standsStill(chat: Chat, upstream: ScriptedUpstream, letGo: (chat: Chat) => Promise<void>) {
  const { page } = chat
  await growing(chat, upstream)
  await letGo(chat)
  await settled(page)
  const before = await topOf(page, /^Paragraph 19:/)
  upstream.open('more')
  await expect(chat.reply).toContainText('Paragraph 30')
  const back = page.getByRole('button', { name: 'Jump to latest (new text)' })
  await expect(back).toBeVisible()
  expect(await topOf(page, /^Paragraph 19:/)).toBe(before)

  await back.click()
  await expect.poll(() => below(page)).toBeLessThan(2)
  await expect(back).toBeHidden()
  upstream.open('yet more')
  await expect(chat.reply).toContainText('Paragraph 40')
  await expect.poll(() => below(page)).toBeLessThan(2)
}

test('nothing moves when a reply ends, at its end or further up', async ({ chat, upstream }) => {
  const { page } = chat
  await growing(chat, upstream)
  const before = await topOf(page, /^Paragraph 20:/)
  upstream.open('more')
  upstream.open('yet more')
  await expect(chat.reply).toContainText('Paragraph 40')
  await expect.poll(() => below(page)).toBeLessThan(2)
  expect(await topOf(page, /^Paragraph 20:/)).toBeLessThan(before)
  const atTheEnd = await topOf(page, /^Paragraph 40:/)
  upstream.open('the end')
  await chat.ended('completed')
  await settled(page)
  expect(await topOf(page, /^Paragraph 40:/)).toBe(atTheEnd)
})

const endings = {
  code: { text: '```ts\nconst one = 1\nconst two = 2', last: 'const two = 2', shown: 'figure' },
  'a table': { text: '| One | Two |\n|---|---|\n| a | b |\n| c | d |\n', last: 'd', shown: '.table-block' },
}
for (const [what, { text, last, shown }] of Object.entries(endings)) {
  test(`nothing moves when a reply ends in ${what}`, async ({ chat, upstream }) => {
    const { page, reply } = chat
    upstream.script([{ delta: paragraphs(1, 10) + text }, { until: 'the end' }, end])
    await chat.send('Tell me of water')
    await expect(reply.getByText(last).last()).toBeVisible()
    await settled(page)
    const block = reply.locator(`[data-message-text] ${shown}`).last()
    const before = { box: await block.boundingBox(), below: await below(page) }
    upstream.open('the end')
    await chat.ended('completed')
    await settled(page)
    expect({ box: await block.boundingBox(), below: await below(page) }).toEqual(before)
  })
}

test('code that is written is as high as its lines, with the caret in the last', async ({ chat, upstream }) => {
  const lines = Array.from({ length: 70 }, (_, line) => `line ${line}`)
  upstream.script([{ delta: `\`\`\`\n${lines.join('\n')}` }, { until: 'the end' }, end])
  await chat.send('Code, please')
  await expect(chat.reply.getByText('line 69')).toBeVisible()
  const code = chat.reply.locator('pre > code')
  const heightOf = () => code.evaluate((each) => each.parentElement?.scrollHeight)
  const before = await heightOf()
  const carets = () =>
    code.evaluate(
      (each) =>
        [...each.querySelectorAll('*')].filter((part) => getComputedStyle(part, '::after').content !== 'none').length,
    )
  expect(await carets()).toBe(1)
  upstream.open('the end')
  await chat.ended('completed')
  expect(await carets()).toBe(0)
  expect(await heightOf()).toBe(before)
})

test('nothing moves when thoughts end or are folded, but what comes after them', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([
    { write: reasoning(paragraphs(1, 4)) },
    { until: 'an answer' },
    { delta: 'The answer.' },
    { until: 'the end' },
    end,
  ])
  await chat.send('Tell me of water')
  const fold = chat.reply.getByRole('button', { name: /^Th/ })
  await expect(fold).toHaveText(/^Thinking/)
  await fold.click()
  await expect(chat.reply).toContainText('Paragraph 4')
  await settled(page)
  const before = { prompt: await topOf(page, 'Tell me of water'), thought: await topOf(page, /^Paragraph 4:/) }
  upstream.open('an answer')
  await expect(fold).toHaveText(/^Thought for \d/)
  await expect(chat.reply).toContainText('The answer.')
  await settled(page)
  expect({ prompt: await topOf(page, 'Tell me of water'), thought: await topOf(page, /^Paragraph 4:/) }).toEqual(before)
  await fold.click()
  await settled(page)
  await expect(chat.reply).not.toContainText('Paragraph 4')
  expect(await topOf(page, 'Tell me of water')).toBe(before.prompt)
  upstream.open('the end')
  await chat.ended('completed')
  expect(await topOf(page, 'Tell me of water')).toBe(before.prompt)
})

test('thoughts that are opened at the end are read from their beginning', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([{ write: reasoning(paragraphs(1, 30)) }, { delta: 'The answer.' }, end])
  await chat.ask('Tell me of water')
  const fold = chat.reply.getByRole('button', { name: /^Thought/ })
  const before = await fold.boundingBox()
  await fold.click()
  await expect(chat.reply).toContainText('Paragraph 30')
  await settled(page)
  expect(await fold.boundingBox()).toEqual(before)
  // From the end of it too, where it is closed again.
  await chat.composer.press('End')
  await expect.poll(() => below(page)).toBeLessThan(2)
})

test('keys that have nothing to do in the box scroll the transcript', async ({ chat, upstream }) => {
  const { page, composer } = chat
  upstream.script([{ delta: paragraphs(1, 30) }, end])
  await chat.ask('Tell me of water')
  const top = () => chat.transcript.evaluate((log) => Math.round(log.scrollTop))
  const atEnd = await top()
  expect(atEnd).toBeGreaterThan(1000)
  await expect(composer).toBeFocused()
  await page.keyboard.press('PageUp')
  const pageUp = await top()
  expect(pageUp).toBeLessThan(atEnd - 300)
  await page.keyboard.press('Home')
  expect(await top()).toBe(0)
  await page.keyboard.press('PageDown')
  expect(await top()).toBeGreaterThan(300)
  await page.keyboard.press('End')
  expect(await below(page)).toBeLessThan(2)
  await expect(composer).toBeFocused()
  // Within a text they are the box's.
  await page.keyboard.type('Some words')
  await page.keyboard.press('Home')
  expect(await below(page)).toBeLessThan(2)
  await page.keyboard.press('Home')
  expect(await top()).toBe(0)
})

test('a conversation opens at its end, and is never seen anywhere else', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([{ delta: paragraphs(1, 40) }, end])
  await chat.ask('Tell me of water')
  await page.addInitScript(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    const look = () => {
      const log = document.querySelector('[role="log"]')
      if (log?.textContent.includes('water')) seen.push(log.scrollHeight - log.scrollTop - log.clientHeight)
      // After the frame's own work, which is when it is painted.
      requestAnimationFrame(() => setTimeout(look))
    }
    look()
  })
  await chat.reload()
  await expect(chat.reply).toContainText('Paragraph 40')
  await expect.poll(() => below(page)).toBeLessThan(2)
  const seen = await page.evaluate(() => ('seen' in window && Array.isArray(window.seen) ? window.seen : []))
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.filter((each) => each > 2)).toEqual([])
})

test('another branch keeps the place', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([{ delta: paragraphs(1, 12) }, end])
  await chat.ask('Tell me of water')
  upstream.script([{ delta: paragraphs(101, 103) }, end])
  await chat.reply.getByRole('button', { name: 'Regenerate' }).click()
  await expect(chat.reply).toContainText('Paragraph 103')
  await chat.ended('completed')
  await chat.transcript.evaluate((log) => log.scrollTo({ top: 0 }))
  const before = await topOf(page, 'Tell me of water')
  await chat.reply.getByRole('button', { name: 'Previous branch' }).click()
  await expect(chat.reply).toContainText('Paragraph 12')
  await settled(page)
  expect(await topOf(page, 'Tell me of water')).toBe(before)
})

/** Waits until nothing has scrolled for some frames. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('log').evaluate(async (log) => {
    let still = 0
    for (let before = Number.NaN; still < 6; ) {
      still = log.scrollTop === before ? still + 1 : 0
      before = log.scrollTop
      await new Promise(requestAnimationFrame)
    }
  })
}
