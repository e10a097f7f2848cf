import type { Locator } from '@playwright/test'
import { end } from '../chat'
import { expect, test } from '../fixtures'

const table = `| ${'one column of many words | '.repeat(7)}\n|${'---|'.repeat(7)}\n| ${'some words that take room | '.repeat(7)}`
const answer = `${'Water runs over stones and says so. '.repeat(9)}

---

$$E = m c^2$$

\`\`\`
${'const wide = 1; '.repeat(7)}
\`\`\`

\`\`\`
const short = 1
\`\`\`

${table}`

test('one column for all that is read and written, in the middle of the pane, past whose end only what is wide goes', async ({
  chat,
  upstream,
}) => {
  const { page, reply } = chat
  await page.setViewportSize({ width: 1920, height: 1000 })
  const box = page.locator('div:has(> #composer)')
  const span = async (each: Locator) => {
    const { x = 0, width = 0 } = (await each.boundingBox()) ?? {}
    return [Math.round(x), Math.round(x + width)]
  }
  const pane = (await span(page.getByRole('main'))).with(0, 264)
  const middle = ([from = 0, to = 0]: number[]) => (from + to) / 2
  const empty = await span(box)
  expect(Math.abs(middle(empty) - middle(pane))).toBeLessThan(9)

  upstream.script([{ delta: answer }, end])
  await chat.ask('What does the water say?')
  const column = await span(box)
  expect(column).toEqual(empty)
  for (const each of ['p', 'hr', '.formula-line, .formula-display', 'figure:nth-of-type(2)'])
    expect([each, ...(await span(reply.locator('[data-message-text]').locator(each).first()))]).toEqual([
      each,
      ...column,
    ])
  expect((await span(chat.transcript.getByText('What does the water say?').locator('..')))[1]).toBe(column[1])
  for (const each of ['figure:nth-of-type(1)', '.table-block']) {
    const [from, to = 0] = await span(reply.locator(each).first())
    expect(from).toBe(column[0])
    expect(to).toBeGreaterThan((column[1] ?? 0) + 100)
  }
  await page.setViewportSize({ width: 1000, height: 800 })
  await expect.poll(async () => (await span(reply.locator('.table-block')))[1]).toBeLessThan(1000)

  await page.setViewportSize({ width: 1920, height: 1000 })
  await page.keyboard.press('Control+b')
  await expect.poll(async () => middle(await span(box))).toBeLessThan(middle(column) - 100)
  expect(Math.abs(middle(await span(box)) - 1920 / 2)).toBeLessThan(9)
})
