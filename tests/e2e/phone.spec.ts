import type { Page } from '@playwright/test'
import { axeComplaints } from './axe'
import { Chat, end } from './chat'
import { expect, test } from './fixtures'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })

test.beforeEach(({ upstream }) => upstream.script([{ delta: 'Fine.' }, end]))

test('the drawer opens and closes, and the focus goes with it', async ({ page }) => {
  const chat = await open(page)
  const opener = page.getByRole('button', { name: /^Open sidebar/ })
  await expect(chat.sidebar).toBeHidden()
  await expect(opener).toHaveAttribute('aria-expanded', 'false')
  await opener.focus()
  await page.keyboard.press('Enter')
  await expect(chat.sidebar).toBeVisible()
  await expect(chat.sidebar.getByRole('link', { name: 'Rill' })).toBeFocused()
  // What is behind the drawer is out of reach.
  await expect(page.locator('main')).toHaveAttribute('inert')
  expect(await axeComplaints(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(chat.sidebar).toBeHidden()
  await expect(opener).toBeFocused()

  await opener.tap()
  await expect(chat.sidebar).toBeInViewport()
  await page.touchscreen.tap(375, 400)
  await expect(chat.sidebar).toBeHidden()

  await opener.tap()
  await chat.sidebar.getByRole('button', { name: /^Close sidebar/ }).tap()
  await expect(chat.sidebar).toBeHidden()
})

test('a conversation is reached through the drawer', async ({ page }) => {
  const chat = await open(page)
  await chat.send('How are you?')
  await chat.ended('completed')
  await page.getByRole('main').getByRole('link', { name: 'New conversation' }).tap()
  await expect(chat.replies).toHaveCount(0)
  await page.getByRole('button', { name: /^Open sidebar/ }).tap()
  await chat.row('How are you?').getByRole('link').tap()
  await expect(chat.reply).toContainText('Fine.')
  await expect(chat.sidebar).toBeHidden()

  // From the drawer it can be deleted, and brought back over it; nothing loses the focus.
  await page.getByRole('button', { name: /^Open sidebar/ }).tap()
  await chat.row('How are you?').getByRole('button').tap()
  await page.getByRole('menuitem', { name: 'Delete' }).tap()
  await expect(chat.row('How are you?')).toHaveCount(0)
  await expect(page.locator('body')).not.toBeFocused()
  await page.getByRole('button', { name: 'Undo' }).tap()
  await expect(chat.reply).toContainText('Fine.')
  await expect(chat.row('How are you?')).toBeVisible()
  await expect(page.locator('body')).not.toBeFocused()
})

test('wide content scrolls inside itself', async ({ page, upstream }) => {
  const wide = 'wide_'.repeat(60)
  const cells = Array.from({ length: 14 }, (_, index) => `column ${index}`)
  const table = `| ${cells.join(' | ')} |\n| ${cells.map(() => '---').join(' | ')} |\n| ${cells.join(' | ')} |`
  upstream.script([{ delta: `${wide}\n\n\`\`\`\n${wide}\n\`\`\`\n\n${table}\n\n\`${wide}\`` }, end])
  const chat = await open(page)
  await chat.send(wide)
  await chat.ended('completed')
  const code = chat.reply.locator('pre')
  const scroller = chat.reply.getByRole('region', { name: 'Table' })
  for (const each of [code, scroller]) {
    await expect(each).toBeVisible()
    expect(await each.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeGreaterThan(100)
  }
  expect(await overflowing(page)).toEqual([])
  await page.goto('/settings/providers')
  await page.getByRole('button', { name: 'Add a provider' }).tap()
  expect(await overflowing(page)).toEqual([])
})

test('on touch, Enter breaks the line, and a send does not bring back the keyboard', async ({ page, upstream }) => {
  const chat = await open(page)
  await expect(chat.composer).not.toBeFocused()
  await chat.composer.tap()
  await page.keyboard.type('one')
  await page.keyboard.press('Enter')
  await page.keyboard.type('two')
  await expect(chat.composer).toHaveValue('one\ntwo')
  expect(upstream.requests).toHaveLength(0)
  await chat.sendButton.tap()
  await chat.ended('completed')
  await expect(chat.composer).not.toBeFocused()
})

/** On touch nothing takes the focus, so that the page is awake shows in what Enter is said to do. */
async function open(page: Page): Promise<Chat> {
  await page.goto('/')
  const chat = new Chat(page)
  await expect(chat.composer).toHaveAttribute('enterkeyhint', 'enter')
  return chat
}

/** What is wider inside than outside: the page itself, its parts, or the transcript. */
async function overflowing(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const parts = 'html, body, main, main > :not(.sr-only), [role="log"]'
    return [...document.querySelectorAll(parts)]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ localName, className }) => `${localName} ${className}`)
  })
}
