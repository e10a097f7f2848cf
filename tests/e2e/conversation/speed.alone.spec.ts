import type { Page } from '@playwright/test'
import { machineDelay } from '../../delay'
import { expect, test } from '../fixtures'

const firstLoadLimit = 190 * 1024
const firstTextLimit = 200
const sends = 5

test('the first page loads at most 190 KB of JavaScript', async ({ page }) => {
  const sizes: Promise<number>[] = []
  page.on('requestfinished', (request) => {
    const isScript = new URL(request.url()).pathname.endsWith('.js')
    if (isScript) sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize))
  })
  await page.goto('/', { waitUntil: 'networkidle' })
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused()
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  test.info().annotations.push({ type: 'first-load JavaScript', description: `${(total / 1024).toFixed(1)} KB` })
  expect(total).toBeGreaterThan(50 * 1024)
  expect(total).toBeLessThanOrEqual(firstLoadLimit)
})

test('the demo model’s first text is on the screen within 200 ms of the send', async ({ chat }) => {
  const { page } = chat
  await page.getByRole('button', { name: /^Model: / }).click()
  await page.getByRole('option', { name: 'rill-demo', exact: true }).click()
  await chat.ask('Hello')
  const times: number[] = []
  for (let send = 0; send < sends; send += 1) {
    await chat.composer.fill('Hello')
    const delay = machineDelay()
    const measured = timeToFirstText(page)
    await chat.composer.press('Enter')
    times.push((await measured) - delay.stop())
    await chat.ended('completed')
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(sends / 2)] ?? Number.NaN
  test.info().annotations.push({ type: 'send to first text', description: `${times.map(Math.round).join(', ')} ms` })
  expect(median).toBeLessThan(firstTextLimit)
})

/** Milliseconds from the key that sends to the first text of a new reply in the page, by the page's own clock. */
async function timeToFirstText(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const replies = () => document.querySelectorAll('article[aria-label="Reply"]')
        const before = replies().length
        let pressedAt = 0
        const press = ({ timeStamp }: KeyboardEvent) => {
          pressedAt = timeStamp
        }
        document.addEventListener('keydown', press, { capture: true, once: true })
        const observer = new MutationObserver(() => {
          const text = replies()[before]?.textContent ?? ''
          if (text === '' || text.startsWith('Waiting')) return
          observer.disconnect()
          resolve(performance.now() - pressedAt)
        })
        observer.observe(document.body, { childList: true, subtree: true, characterData: true })
      }),
  )
}
