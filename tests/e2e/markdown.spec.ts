import { readFileSync } from 'node:fs'
import { end } from './chat'
import { expect, test } from './fixtures'

const showcase = readFileSync(new URL('./showcase.md', import.meta.url), 'utf8')

test('a reply with everything in it', async ({ chat, upstream }) => {
  upstream.script([...(showcase.match(/[\s\S]{1,9}/g) ?? []).map((delta) => ({ delta })), end])
  await chat.page.setViewportSize({ width: 1000, height: 3200 })
  await chat.send('Show all')
  await chat.ended('completed')
  const { reply } = chat
  await expect(reply.locator('.code-keyword').first()).toBeVisible()
  await expect(reply.locator('.katex')).toHaveCount(4)
  await expect(reply.getByRole('table')).toBeVisible()
  const diagram = reply.getByRole('img', { name: /^Diagram: flowchart/ })
  await expect(diagram).toBeVisible({ timeout: 15_000 })
  for (const scheme of ['light', 'dark'] as const) {
    await chat.page.emulateMedia({ colorScheme: scheme })
    if (process.env.SHOTS) await chat.page.screenshot({ path: `${process.env.SHOTS}/${scheme}.png` })
  }
})
