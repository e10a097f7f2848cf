import { readFileSync } from 'node:fs'
import { end } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from '../pages/axe'

const showcase = readFileSync(new URL('./showcase.md', import.meta.url), 'utf8')

test('a reply with everything in it', async ({ chat, upstream }) => {
  upstream.script([...(showcase.match(/[\s\S]{1,9}/g) ?? []).map((delta) => ({ delta })), end])
  await chat.page.setViewportSize({ width: 1000, height: 3200 })
  await chat.send('Show all')
  await chat.ended('completed')
  const { reply } = chat
  await expect(reply.locator('.code-keyword').first()).toBeVisible()
  await expect(reply.locator('.katex')).toHaveCount(5)
  await expect(reply.getByRole('table')).toBeVisible()
  const diagram = reply.getByRole('img', { name: /^Diagram: flowchart/ })
  await expect(diagram).toBeVisible({ timeout: 15_000 })
  let drawn: string | null = null
  for (const look of looks) {
    // What is chosen in the settings, which is not what the system has.
    await chat.page.evaluate((theme) => {
      document.documentElement.dataset.theme = theme
    }, look)
    await expect(diagram).not.toHaveAttribute('src', drawn ?? '')
    drawn = await diagram.getAttribute('src')
    expect(await axeComplaints(chat.page)).toEqual([])
    if (process.env.SHOTS) await chat.page.screenshot({ path: `${process.env.SHOTS}/${look}.png` })
  }
})

test('a formula that is there stays while the line goes on, and is there at once when it is met again', async ({
  chat,
  upstream,
}) => {
  const steps = Array.from({ length: 10 }, (_, step) => `step ${step}`)
  upstream.script([
    { delta: '- A list in which $x^2$ is' },
    ...steps.flatMap((until) => [{ until }, { delta: ` and ${until}` }]),
    { delta: '\n- and again $x^2$.' },
    { until: 'the end' },
    end,
  ])
  await chat.send('A formula')
  const formulas = chat.reply.locator('.formula')
  await expect(formulas.locator('.katex-html')).toBeVisible()
  await chat.page.evaluate(() => {
    const sources: string[] = []
    Object.assign(window, { sources })
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (node instanceof Element && node.parentElement?.querySelector('code.formula')) sources.push(node.outerHTML)
        }
      }
    }).observe(document.body, { childList: true, subtree: true })
  })
  for (const step of steps) {
    upstream.open(step)
    await expect(chat.reply).toContainText(`and ${step}`)
  }
  await expect(formulas.locator('.katex-html')).toHaveCount(2)
  upstream.open('the end')
  await chat.ended('completed')
  expect(await chat.page.evaluate(() => ('sources' in window ? window.sources : null))).toEqual([])
})
