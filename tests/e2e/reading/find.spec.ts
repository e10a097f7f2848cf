import type { Locator, Page } from '@playwright/test'
import { addTurns } from '../../stored-turns.mjs'
import { type Chat, end } from '../chat'
import { expect, test } from '../fixtures'
import { longReply, turn } from './long-texts'

test.beforeEach(async ({ chat, upstream }) => {
  upstream.script([{ delta: 'The first reply.' }, end])
  await chat.ask('The first prompt')
})

test('find looks in what is not on the screen, goes from place to place, and gives the focus back', async ({
  chat,
  rill,
}) => {
  const { page } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 600, turn)
  await chat.reload()
  await expect(chat.transcript.getByText('The end of 599.')).toBeInViewport()
  const box = await openFind(page)
  await box.fill('a HIDDEN brook')
  const status = page.getByRole('search').getByRole('status')
  await expect(status).toHaveText('1')
  await box.press('Enter')
  await expect(status).toHaveText('1 of 1')
  await expect(chat.transcript.getByText('Here is a hidden brook.')).toBeInViewport()
  await expect.poll(() => marked(page, 'find-current')).toEqual(['a hidden brook'])
  await box.fill('prompt number 59')
  await expect(status).toHaveText('11')
  await box.press('Enter')
  await expect(chat.transcript.getByText('Prompt number 59', { exact: true })).toBeInViewport()
  await box.press('Enter')
  await expect(status).toHaveText('2 of 11')
  await expect(chat.transcript.getByText('Prompt number 590', { exact: true })).toBeInViewport()
  await box.press('Shift+Enter')
  await box.press('Shift+Enter')
  await expect(status).toHaveText('11 of 11')
  await expect(chat.transcript.getByText('Prompt number 599', { exact: true })).toBeInViewport()
  await box.fill('nowhere to be found')
  await expect(status).toHaveText('No matches')
  // It has a place of its own, and lets the browser's search through.
  expect(await covers(page.getByRole('search'), chat.transcript)).toBe(false)
  expect(await covers(page.getByRole('search'), chat.title)).toBe(false)
  expect(await isTaken(page)).toBe(false)
  await box.press('Escape')
  await expect(box).toBeHidden()
  await expect(chat.composer).toBeFocused()
})

test('where the browser can find everything, its key is its own, and the menu of the title opens find', async ({
  chat,
}) => {
  const { page } = chat
  const box = page.getByRole('textbox', { name: 'Find in conversation' })
  expect(await isTaken(page)).toBe(false)
  await expect(box).toHaveCount(0)
  await findInMenu(chat)
  // Full width and an accent count as little as case.
  await box.fill('Ｆírst')
  await expect(page.getByRole('search').getByRole('status')).toHaveText('2')
  await chat.startNew()
  await expect(box).toHaveCount(0)
})

test('find goes to the right place of a long reply, past captions and what is still to be mounted', async ({
  chat,
  rill,
}) => {
  const { page, transcript } = chat
  addTurns(rill.dataDir, await chat.conversationId(), 1, () => ({ prompt: 'Much', reply: longReply() }))
  await chat.reload()
  const box = await openFind(page)
  await box.fill('hidden spring')
  const status = page.getByRole('search').getByRole('status')
  await expect(status).toHaveText('1')
  await box.press('Enter')
  await expect(transcript.getByText('Here is a hidden spring.')).toBeInViewport()
  // Words that also stand in the captions of code and tables.
  for (const words of ['js', 'csv', 'js and csv']) {
    await box.fill(words)
    await expect(status).toHaveText('266')
    await box.press('Enter')
    await expect.poll(() => markedLine(page)).toBe('js and CSV')
    await expect(transcript.getByText('js and CSV').first()).toBeInViewport()
  }
})

test('find counts what comes while a reply grows, and stays with the place that was gone to', async ({
  chat,
  upstream,
}) => {
  const { page, reply } = chat
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `Line ${from + index} of the **long** brook`).join('\n\n')
  upstream.script([
    { delta: lines(1, 30) },
    { until: 'more of the line' },
    { delta: `, which *goes on*.\n\n${lines(31, 60)}` },
    { until: 'the end' },
    { delta: `\n\n${lines(61, 70)}` },
    end,
  ])
  await chat.send('Tell me of water')
  await expect(reply).toContainText('Line 30')
  const box = await findInMenu(chat)
  await box.fill('long brook')
  const status = page.getByRole('search').getByRole('status')
  await expect(status).toHaveText('30')
  // The last place, in the very line that grows.
  await box.press('Shift+Enter')
  await expect(status).toHaveText('30 of 30')
  await expect.poll(() => markedLine(page)).toBe('Line 30 of the long brook')
  upstream.open('more of the line')
  await expect(status).toHaveText('30 of 60')
  await expect.poll(() => markedLine(page)).toBe('Line 30 of the long brook, which goes on.')
  await box.press('Enter')
  await expect(status).toHaveText('31 of 60')
  await expect.poll(() => markedLine(page)).toBe('Line 31 of the long brook')

  // The mark comes a frame before the way to it.
  await expect(page.getByText('Line 31 of the long brook', { exact: true })).toBeInViewport()
  const moved = await movesOf(page, 'Line 31 of the long brook')
  upstream.open('the end')
  await expect(status).toHaveText('31 of 70')
  await chat.ended('completed')
  await expect(reply).toContainText('Line 70')
  expect(await markedLine(page)).toBe('Line 31 of the long brook')
  expect(await moved()).toBeLessThanOrEqual(1)
  await expect(box).toBeFocused()
})

/** Its code comes with the transcript's; until it is here, the keys are the browser's. */
async function openFind(page: Page): Promise<Locator> {
  const box = page.getByRole('textbox', { name: 'Find in conversation' })
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+f')
    await expect(box).toBeFocused({ timeout: 500 })
  }).toPass()
  return box
}

/** Whether the page keeps the key for itself. */
async function isTaken(page: Page): Promise<boolean> {
  const pressed = await page.evaluateHandle(() => {
    const seen = { taken: false }
    addEventListener('keydown', ({ key, defaultPrevented }) => {
      if (key === 'f') seen.taken = defaultPrevented
    })
    return seen
  })
  await page.keyboard.press('ControlOrMeta+f')
  return await pressed.evaluate(({ taken }) => taken)
}

async function findInMenu({ page, title }: Chat): Promise<Locator> {
  await title.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Find in conversation' }).click()
  const box = page.getByRole('textbox', { name: 'Find in conversation' })
  await expect(box).toBeFocused()
  return box
}

/** Whether two elements stand on the same spot. */
async function covers(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = await Promise.all([one.boundingBox(), other.boundingBox()])
  if (!a || !b) return false
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** The words that a highlight marks. */
function marked(page: Page, name: string): Promise<string[]> {
  return page.evaluate((each) => {
    const ranges = [...(CSS.highlights.get(each) ?? [])]
    return ranges.map(({ startContainer, startOffset, endContainer, endOffset }) => {
      const range = document.createRange()
      range.setStart(startContainer, startOffset)
      range.setEnd(endContainer, endOffset)
      return range.toString()
    })
  }, name)
}

/** The paragraph or cell in which the place stands that is gone to. */
function markedLine(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const [range] = CSS.highlights.get('find-current') ?? []
    return range?.startContainer.parentElement?.closest('p, td')?.textContent
  })
}

/** From now on looks in each frame where a paragraph stands. Gives by how much it has moved at the most, in pixels. */
async function movesOf(page: Page, words: string): Promise<() => Promise<number>> {
  const line = await page.getByText(words, { exact: true }).evaluateHandle((element) => {
    const before = element.getBoundingClientRect().top
    const seen = { most: 0 }
    const frame = () => {
      seen.most = Math.max(seen.most, Math.abs(element.getBoundingClientRect().top - before))
      requestAnimationFrame(frame)
    }
    frame()
    return seen
  })
  return () => line.evaluate(({ most }) => most)
}
