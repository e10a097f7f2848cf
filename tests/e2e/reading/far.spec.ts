import type { Page } from '@playwright/test'
import { addTurns } from '../../stored-turns.mjs'
import { end } from '../chat'
import { expect, test } from '../fixtures'

const table = [
  '| Name | Words |',
  '| - | - |',
  ...Array.from({ length: 40 }, (_, row) => `| Row ${row} | of a table |`),
]
const paragraph = (place: number) =>
  `Paragraph ${place} of many.${place === 100 ? ' It is noted.[^1]' : ''}${' And more words.'.repeat((place * 7) % 23)}`

/** Many screens long, of heights that are no easy guess, with the mark of a note and a table far from either end. */
const reply = [
  ...Array.from({ length: 259 }, (_, place) => (place === 130 ? table.join('\n') : paragraph(place))),
  paragraph(259),
  '```sql',
  ...Array.from({ length: 400 }, (_, place) => `SELECT ${place} AS number;`),
  '```',
  'The last words.[^1]',
  '[^1]: The note.',
]

/** Runs in the page: whether the chunk that holds an element is no more than its height, as it is far away. */
const isFar = (element: Element) => element.closest('[data-offscreen]') !== null
const sizeOf = (page: Page) => page.getByRole('log').evaluate((log) => log.scrollHeight)

test.beforeEach(async ({ chat, rill, upstream }) => {
  upstream.script([{ delta: 'The first reply.' }, end])
  await chat.ask('The first prompt')
  const text = `${reply.slice(0, 260).join('\n\n')}\n\n${reply.slice(260, 662).join('\n')}\n\n${reply.slice(662).join('\n\n')}`
  addTurns(rill.dataDir, await chat.conversationId(), 1, () => ({ prompt: 'Much', reply: text }))
  await chat.reload()
  await expect(chat.transcript.getByText('The last words.')).toBeInViewport()
  await expect(chat.transcript.locator('.pending-chunk')).toHaveCount(0, { timeout: 30_000 })
  await expect.poll(() => chat.transcript.getByText('Paragraph 100 of many.').evaluate(isFar)).toBe(true)
})

test('what is far away takes its room, and is the same element when it comes into sight again', async ({ chat }) => {
  const { page, transcript } = chat
  const paragraph = transcript.getByText('Paragraph 100 of many.')
  const before = await paragraph.elementHandle()
  await expect(paragraph).toBeHidden()
  const size = await sizeOf(page)
  await transcript.evaluate((log) => log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 })))
  for (const [place, words] of [
    ['above', 'Paragraph 240 of many.'],
    ['further up', 'Paragraph 150 of many.'],
    ['there', 'Paragraph 100 of many.'],
  ] as const)
    await test.step(place, async () => {
      const near = transcript.getByText(words, { exact: false })
      await expect(async () => {
        await transcript.evaluate((log) => log.scrollBy({ top: -400 }))
        await expect(near).toBeInViewport({ timeout: 20 })
      }).toPass({ intervals: [10] })
      expect(Math.abs((await sizeOf(page)) - size)).toBeLessThan(size / 20)
    })
  expect(await paragraph.evaluate((element, same) => element === same, before)).toBe(true)
  await expect.poll(() => transcript.getByText('The last words.').evaluate(isFar)).toBe(false)
  await expect.poll(() => transcript.getByText('SELECT 90 AS').evaluate(isFar)).toBe(true)
})

test('where somebody jumps to there is text at once, and it stands still', async ({ chat }) => {
  const { blank, moved } = await chat.transcript.evaluate(async (log) => {
    const { top, left, width, height } = log.getBoundingClientRect()
    const inSight = () => document.elementFromPoint(left + width / 2, top + height / 2)
    const seen = { blank: 0, moved: 0 }
    for (const part of [0.5, 0.1, 0.7]) {
      log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }))
      log.scrollTo({ top: log.scrollHeight * part })
      await new Promise(requestAnimationFrame)
      const first = inSight()
      if (!first?.textContent || first.closest('[data-offscreen]')) seen.blank++
      const before = first?.getBoundingClientRect().top ?? 0
      for (let frame = 0; frame < 10; frame++) {
        await new Promise(requestAnimationFrame)
        seen.moved = Math.max(seen.moved, Math.abs((first?.getBoundingClientRect().top ?? 0) - before))
      }
    }
    return seen
  })
  expect(blank).toBe(0)
  expect(moved).toBeLessThanOrEqual(1)
})

test('a table that was mounted far away has its columns', async ({ chat }) => {
  await chat.transcript.evaluate((log) => {
    log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }))
    log.scrollTo({ top: log.scrollHeight / 2 })
  })
  const cell = chat.transcript.getByRole('cell', { name: 'of a table' }).first()
  await cell.scrollIntoViewIfNeeded()
  expect((await cell.boundingBox())?.width).toBeGreaterThan(60)
})

test('the keyboard leads to it on the way from the prompt to the next message', async ({ chat }) => {
  // By its element: what is not shown has no role.
  const link = chat.transcript.getByText('Paragraph 100 of many.').locator('a')
  await chat.transcript.getByText('Much', { exact: true }).scrollIntoViewIfNeeded()
  await chat.transcript.evaluate((log) => log.focus())
  const isFocused = () => link.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 40 && !(await isFocused()); presses++) {
    await expect(chat.composer).not.toBeFocused()
    await chat.page.keyboard.press('Tab')
  }
  await expect(link).toBeInViewport()
})

test('what is selected is copied whole, however far it reaches', async ({ chat }) => {
  const copied = await chat.reply.evaluate(async (element) => {
    const changed = new Promise((resolve) => document.addEventListener('selectionchange', resolve, { once: true }))
    document.getSelection()?.selectAllChildren(element)
    await changed
    return document.getSelection()?.toString()
  })
  expect(copied).toContain('Paragraph 100 of many.')
  expect(copied).toContain('SELECT 90 AS number;\nSELECT 91 AS number;')
})

test('a note leads back to its mark', async ({ chat }) => {
  await chat.transcript.getByRole('link', { name: 'Back to the text of note 1' }).click()
  await expect(chat.transcript.getByText('Paragraph 100 of many.')).toBeInViewport()
})

test('find goes to it', async ({ chat }) => {
  const box = chat.page.getByRole('textbox', { name: 'Find in conversation' })
  await expect(async () => {
    await chat.page.keyboard.press('ControlOrMeta+f')
    await expect(box).toBeFocused({ timeout: 500 })
  }).toPass()
  await box.fill('paragraph 160 of')
  await expect(chat.page.getByRole('search').getByRole('status')).toHaveText('1')
  await box.press('Enter')
  await expect(chat.transcript.getByText('Paragraph 160 of many.')).toBeInViewport()
})

test('on paper all of it is there', async ({ chat }) => {
  await chat.page.setViewportSize({ width: 420, height: 800 })
  await chat.page.emulateMedia({ media: 'print' })
  await expect(chat.transcript.getByText('Paragraph 100 of many.')).toBeVisible()
  // On narrower paper the text takes more room than it had.
  const overflowing = await chat.reply.evaluate((element) => {
    const bottom = (each: Element | null) => each?.getBoundingClientRect().bottom ?? 0
    const far = [...element.querySelectorAll('[data-offscreen]')]
    return far.map((chunk) => bottom(chunk.lastElementChild) - bottom(chunk)).filter((by) => by > 1)
  })
  expect(overflowing).toEqual([])
})
