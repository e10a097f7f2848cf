import type { Page } from '@playwright/test'
import { addTurns } from '../stored-turns.mjs'
import { end } from './chat'
import { expect, test } from './fixtures'

/** Many screens long, with the mark of a note far from either end. */
const reply = [
  ...Array.from(
    { length: 500 },
    (_, place) => `Paragraph ${place} of many.${place === 200 ? ' It is noted.[^1]' : ''}`,
  ),
  '```sql',
  ...Array.from({ length: 400 }, (_, place) => `SELECT ${place} AS number;`),
  '```',
  'The last words.[^1]',
  '[^1]: The note.',
]

/** Runs in the page: whether the chunk that holds an element is no more than its height, as it is far away. */
const isFar = (element: Element) => element.closest('[data-far]') !== null
const sizeOf = (page: Page) => page.getByRole('log').evaluate((log) => log.scrollHeight)

test.beforeEach(async ({ chat, rill, upstream }) => {
  upstream.script([{ delta: 'The first reply.' }, end])
  await chat.ask('The first prompt')
  const text = `${reply.slice(0, 500).join('\n\n')}\n\n${reply.slice(500, 902).join('\n')}\n\n${reply.slice(902).join('\n\n')}`
  addTurns(rill.dataDir, await chat.conversationId(), 1, () => ({ prompt: 'Much', reply: text }))
  await chat.reload()
  await expect(chat.transcript.getByText('The last words.')).toBeInViewport()
  await expect(chat.transcript.locator('.not-yet')).toHaveCount(0, { timeout: 30_000 })
  await expect.poll(() => chat.transcript.getByText('Paragraph 200 of many.').evaluate(isFar)).toBe(true)
})

test('what is far away takes its room, and is the same element when it comes into sight again', async ({ chat }) => {
  const { page, transcript } = chat
  const paragraph = transcript.getByText('Paragraph 200 of many.')
  const before = await paragraph.elementHandle()
  await expect(paragraph).toBeHidden()
  const size = await sizeOf(page)
  await transcript.evaluate((log) => log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 })))
  for (const [place, words] of [
    ['above', 'Paragraph 480 of many.'],
    ['further up', 'Paragraph 300 of many.'],
    ['there', 'Paragraph 200 of many.'],
  ] as const)
    await test.step(place, async () => {
      const near = transcript.getByText(words, { exact: false })
      await expect(async () => {
        await transcript.evaluate((log) => log.scrollBy({ top: -300 }))
        await expect(near).toBeInViewport({ timeout: 20 })
      }).toPass({ intervals: [10] })
      expect(await sizeOf(page)).toBe(size)
    })
  expect(await paragraph.evaluate((element, same) => element === same, before)).toBe(true)
  await expect.poll(() => transcript.getByText('The last words.').evaluate(isFar)).toBe(false)
  await expect.poll(() => transcript.getByText('SELECT 90 AS').evaluate(isFar)).toBe(true)
})

test('nothing changes its height when somebody jumps to a place', async ({ chat }) => {
  const sizes = await chat.transcript.evaluate(async (log) => {
    const seen = new Set([log.scrollHeight])
    for (const part of [0.5, 0.1, 0.7]) {
      log.dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }))
      log.scrollTo({ top: log.scrollHeight * part })
      for (let frame = 0; frame < 10; frame++) {
        await new Promise(requestAnimationFrame)
        seen.add(log.scrollHeight)
      }
    }
    return [...seen]
  })
  expect(sizes).toHaveLength(1)
})

test('what is selected is copied whole, however far it reaches', async ({ chat }) => {
  const copied = await chat.reply.evaluate(async (element) => {
    const changed = new Promise((resolve) => document.addEventListener('selectionchange', resolve, { once: true }))
    document.getSelection()?.selectAllChildren(element)
    await changed
    return document.getSelection()?.toString()
  })
  expect(copied).toContain('Paragraph 200 of many.')
  expect(copied).toContain('SELECT 90 AS number;\nSELECT 91 AS number;')
})

test('a note leads back to its mark', async ({ chat }) => {
  await chat.transcript.getByRole('link', { name: 'Back to the text of note 1' }).click()
  await expect(chat.transcript.getByText('Paragraph 200 of many.')).toBeInViewport()
})

test('find goes to it', async ({ chat }) => {
  const box = chat.page.getByRole('textbox', { name: 'Find in conversation' })
  await expect(async () => {
    await chat.page.keyboard.press('ControlOrMeta+f')
    await expect(box).toBeFocused({ timeout: 500 })
  }).toPass()
  await box.fill('paragraph 310 of')
  await expect(chat.page.getByRole('search').getByRole('status')).toHaveText('1')
  await box.press('Enter')
  await expect(chat.transcript.getByText('Paragraph 310 of many.')).toBeInViewport()
})

test('on paper all of it is there', async ({ chat }) => {
  await chat.page.emulateMedia({ media: 'print' })
  await expect(chat.transcript.getByText('Paragraph 200 of many.')).toBeVisible()
})
