import type { Page } from '@playwright/test'
import { machineDelay } from '../../delay'
import type { Chat } from '../chat'
import { expect, test } from '../fixtures'

const stopLimit = 250

const ways: { name: string; event: 'click' | 'keydown'; stop(chat: Chat): Promise<void> }[] = [
  { name: 'Stop', event: 'click', stop: (chat) => chat.stopButton.click() },
  { name: 'Esc', event: 'keydown', stop: (chat) => chat.page.keyboard.press('Escape') },
]

for (const { name, event, stop } of ways) {
  test(`${name} closes the upstream at once and keeps the text`, async ({ chat, upstream }) => {
    upstream.script([{ delta: 'This much was' }, { delta: ' written.' }, { until: 'never' }])
    await chat.send('Write on and on')
    await expect(chat.reply).toContainText('This much was written.')
    const delay = machineDelay()
    await noteWhen(chat.page, event)
    await stop(chat)
    const { closed } = await upstream.request(0)
    const { at, ended } = await closed
    expect(at - (await notedAt(chat.page))).toBeLessThan(stopLimit + delay.stop())
    expect(ended).toBe(false)
    await chat.ended('stopped')
    await expect(chat.reply).toContainText('Stopped')
    await expect(chat.sendButton).toBeVisible()
    await expect(chat.composer).toBeFocused()

    await chat.reload()
    await chat.ended('stopped')
    await expect(chat.reply).toContainText('This much was written.')
    await expect(chat.reply).toContainText('Stopped')
  })
}

test('Esc stops wherever the focus is, but where it has another use', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([{ delta: 'On and on' }, { until: 'never' }])
  await chat.send('Write on and on')
  await expect(chat.reply).toContainText('On and on')
  const model = page.getByRole('button', { name: /^Model: / })
  const row = chat.row('Write on and on')
  await model.click()
  await expect(page.getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('option')).toHaveCount(0)
  await row.hover()
  await row.getByRole('button', { name: /^Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.keyboard.press('Escape')
  await expect(row.getByRole('link')).toBeFocused()
  await chat.running()
  await page.keyboard.press('Escape')
  await chat.ended('stopped')
  upstream.script([{ delta: 'Once more' }, { until: 'never' }])
  await chat.reply.getByRole('button', { name: 'Regenerate' }).click()
  await expect(chat.reply).toContainText('Once more')
  await model.focus()
  await page.keyboard.press('Escape')
  await chat.ended('stopped')
})

test('Stop works before the first word', async ({ chat, upstream }) => {
  upstream.script([{ until: 'never' }])
  await chat.send('Think for ever')
  const { closed } = await upstream.request(0)
  await expect(chat.reply).toContainText('Waiting for scripted')
  const delay = machineDelay()
  await noteWhen(chat.page, 'click')
  await chat.stopButton.click()
  expect((await closed).at - (await notedAt(chat.page))).toBeLessThan(stopLimit + delay.stop())
  await chat.ended('stopped')
})

test('the next turn follows a stopped one', async ({ chat, upstream }) => {
  upstream.scriptFor('one', [{ delta: 'Half an ans' }, { until: 'never' }])
  upstream.scriptFor('two', [{ delta: 'A whole answer.' }, { write: 'data: [DONE]\n\n' }])
  await chat.send('one')
  await expect(chat.reply).toContainText('Half an ans')
  await chat.stopButton.click()
  await chat.ended('stopped')
  await chat.ask('two')
  expect((await upstream.request(1)).body.messages).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'Half an ans' },
    { role: 'user', content: 'two' },
  ])
})

/** Has the page note when the person acts. Playwright's own clock would count its way to the page too. */
async function noteWhen(page: Page, event: 'click' | 'keydown'): Promise<void> {
  await page.evaluate((type) => {
    const note = () => {
      document.documentElement.dataset.notedAt = String(performance.timeOrigin + performance.now())
    }
    document.addEventListener(type, note, { capture: true, once: true })
  }, event)
}

/** Epoch milliseconds. */
async function notedAt(page: Page): Promise<number> {
  return Number(await page.locator('html').getAttribute('data-noted-at'))
}
