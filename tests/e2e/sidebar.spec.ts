import type { Page } from '@playwright/test'
import { type Chat, end } from './chat'
import { expect, test } from './fixtures'

test.beforeEach(({ upstream }) => upstream.script(({ prompt }) => [{ delta: `Answer to ${prompt}` }, end]))

test('a conversation can be renamed', async ({ chat }) => {
  const { page } = chat
  await chat.ask('Rivers of the north')
  await choose(chat, 'Rivers of the north', 'Rename')
  const field = page.getByRole('textbox', { name: 'Title' })
  await expect(field).toBeFocused()
  await field.fill('Not this one')
  await page.keyboard.press('Escape')
  await expect(chat.row('Rivers of the north').getByRole('link')).toBeFocused()

  await choose(chat, 'Rivers of the north', 'Rename')
  await field.fill('Rivers')
  await page.keyboard.press('Enter')
  await expect(chat.row(/^Rivers$/).getByRole('link')).toBeFocused()
  await expect(page).toHaveTitle('Rivers · Rill')
  await chat.reload()
  await expect(chat.row(/^Rivers$/)).toBeVisible()
  await expect(page).toHaveTitle('Rivers · Rill')
})

test('a conversation can be deleted, and brought back', async ({ chat, complaints }) => {
  complaints.expect(/status of 404 .*\/(c|conversations)\//)
  const { page } = chat
  await chat.ask('Keep me')
  await chat.startNew()
  await chat.ask('Delete me')
  await choose(chat, 'Keep me', 'Delete')
  await expect(chat.row('Keep me')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(chat.row('Keep me')).toBeVisible()
  await chat.reload()
  await expect(chat.row('Keep me')).toBeVisible()

  // The one that is open.
  const address = page.url()
  await choose(chat, 'Delete me', 'Delete')
  await expect(page).toHaveURL('/')
  await expect(chat.replies).toHaveCount(0)
  await expect(chat.row('Delete me')).toHaveCount(0)
  await chat.reload()
  await expect(chat.row('Keep me')).toBeVisible()
  await expect(chat.row('Delete me')).toHaveCount(0)
  await page.goto(address)
  await expect(page.getByText('Conversation not found')).toBeVisible()
})

test('a new conversation begins empty, and the keys lead there too', async ({ chat }) => {
  await chat.ask('The first')
  await chat.startNew()
  await expect(chat.page).toHaveTitle('Rill')
  await chat.ask('The second')
  await chat.page.keyboard.press('Control+Shift+O')
  await expect(chat.page).toHaveURL('/')
  await expect(chat.replies).toHaveCount(0)
  await expect(chat.sidebar.getByRole('listitem')).toHaveText(['The second', 'The first'])
  await chat.page.goBack()
  await expect(chat.reply).toContainText('Answer to The second')
})

test('a new conversation has its address at once', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Here' }, { until: 'never' }])
  await chat.page.route(/_rsc=/, () => undefined)
  await chat.send('Where are we?')
  await expect(chat.reply).toContainText('Here')
  await chat.conversationId()
  await chat.page.unrouteAll()
  await chat.reload()
  await chat.running()
})

test('a long title is cut on its own line', async ({ chat }) => {
  const long = `${'A title that goes on and on '.repeat(20)}<img src=x onerror=alert(1)>`
  await chat.ask(long)
  const row = chat.sidebar.getByRole('listitem')
  await expect(row).toHaveCount(1)
  const box = await row.boundingBox()
  expect(box?.height).toBeLessThan(50)
  await choose(chat, 'A title', 'Rename')
  await chat.page.getByRole('textbox', { name: 'Title' }).fill(`<b>${'wide'.repeat(49)}`)
  await chat.page.keyboard.press('Enter')
  await expect(row).toContainText('<b>wide')
  expect((await row.boundingBox())?.height).toBe(box?.height)
  expect(await widthOver(chat.page)).toBe(0)
})

test('the sidebar folds, and stays folded', async ({ chat }) => {
  const { page } = chat
  await expect(chat.sidebar).toBeVisible()
  await page.keyboard.press('Control+B')
  await expect(chat.sidebar).toBeHidden()
  await chat.reload()
  await expect(chat.sidebar).toBeHidden()
  await page.getByRole('button', { name: /^Open sidebar/ }).click()
  await expect(chat.sidebar).toBeVisible()
})

test('another browser sees none of it', async ({ chat, browser, rill }) => {
  await chat.ask('Only mine')
  const address = chat.page.url()
  const stranger = await browser.newContext({ baseURL: rill.url })
  const page = await stranger.newPage()
  await page.goto(address)
  await expect(page.getByText('Conversation not found')).toBeVisible()
  await expect(page.getByText('Only mine')).toHaveCount(0)
  await stranger.close()
})

async function choose(chat: Chat, title: string, action: 'Rename' | 'Delete'): Promise<void> {
  const row = chat.row(title)
  await row.hover()
  await row.getByRole('button', { name: /^Actions for/ }).click()
  await chat.page.getByRole('menuitem', { name: action }).click()
}

/** Pixels by which the page is wider than its window. */
function widthOver(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}
