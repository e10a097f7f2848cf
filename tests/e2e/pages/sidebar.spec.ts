import type { Page } from '@playwright/test'
import { Chat, end, tooltip } from '../chat'
import { expect, test } from '../fixtures'

test.beforeEach(({ upstream }) => upstream.script(({ prompt }) => [{ delta: `Answer to ${prompt}` }, end]))

test('a conversation can be renamed, in its row and in its title', async ({ chat }) => {
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
  // In Safari this is how an input method's candidate is taken.
  await field.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 })
  await expect(field).toHaveValue('Rivers')
  await page.keyboard.press('Enter')
  await expect(chat.row(/^Rivers$/).getByRole('link')).toBeFocused()
  await expect(page).toHaveTitle('Rivers · Rill')
  await chooseInTitle(chat, 'Rename')
  await expect(field).toHaveValue('Rivers')
  await field.fill('Streams')
  await page.keyboard.press('Enter')
  await expect(chat.title.getByRole('button', { name: 'Streams' })).toBeFocused()
  await chat.reload()
  await expect(chat.row(/^Streams$/)).toBeVisible()
  await expect(page).toHaveTitle('Streams · Rill')

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await chooseInTitle(chat, 'Copy link')
  await expect(page.getByText('Link copied.')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url())
  await expect(chat.title.getByRole('button')).toBeFocused()
})

test('a conversation can be deleted and brought back, and the focus goes on', async ({ chat, complaints }) => {
  complaints.expect(/status of 404 .*\/(c|conversations)\//)
  const { page } = chat
  const undo = page.getByRole('button', { name: 'Undo' })
  for (const title of ['The third', 'Keep me', 'Delete me']) {
    await chat.ask(title)
    await chat.startNew()
  }
  await chat.row('Delete me').getByRole('link').click()
  await expect(chat.reply).toContainText('Answer to Delete me')
  await choose(chat, 'Keep me', 'Delete')
  await expect(chat.row('Keep me')).toHaveCount(0)
  await expect(chat.row('The third').getByRole('link')).toBeFocused()
  await undo.click()
  await expect(chat.row('Keep me').getByRole('link')).toBeFocused()
  await expect(chat.title).toHaveText('Delete me')

  // The one that is open comes back to where it was.
  const address = page.url()
  await chooseInTitle(chat, 'Delete')
  await expect(page).toHaveURL('/')
  await expect(chat.replies).toHaveCount(0)
  await expect(chat.composer).toBeFocused()
  await expect(chat.row('Delete me')).toHaveCount(0)
  await undo.click()
  await expect(page).toHaveURL(address)
  await expect(chat.reply).toContainText('Answer to Delete me')
  await expect(chat.composer).toBeFocused()

  await choose(chat, 'Delete me', 'Delete')
  await expect(page).toHaveURL('/')
  // Where the focus was before the notice had it.
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await expect(chat.composer).toBeFocused()
  await chat.reload()
  await expect(chat.row('Keep me')).toBeVisible()
  await expect(chat.row('Delete me')).toHaveCount(0)
  await page.goto(address)
  await expect(page.getByRole('heading', { name: 'Conversation not found' })).toBeVisible()
})

test('tooltips show at once, with the keys of the keyboard', async ({ chat, browser, rill }) => {
  const userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15'
  const mac = await browser.newContext({ baseURL: rill.url, userAgent })
  const onMac = new Chat(await mac.newPage())
  await onMac.open('/')
  for (const [{ page, sidebar }, keys] of [
    [chat, 'Close sidebarCtrlB'],
    [onMac, 'Close sidebar⌘B'],
  ] as const) {
    const button = sidebar.getByRole('button', { name: 'Close sidebar' })
    // The first move fetches the code.
    await button.hover()
    await expect(tooltip(page)).toHaveText(keys)
    await page.mouse.move(600, 400)
    await expect(tooltip(page)).toHaveCount(0)
    await button.hover()
    await expect(tooltip(page)).toHaveText(keys, { timeout: 200 })
    await page.mouse.move(600, 400)
    await expect(tooltip(page)).toHaveCount(0)
    await button.focus()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await expect(tooltip(page)).toHaveText(keys)
    await page.keyboard.press('Escape')
    await expect(tooltip(page)).toHaveCount(0)
  }
  await onMac.page.keyboard.press('Meta+b')
  await expect(onMac.sidebar).toBeHidden()
  await mac.close()
  await chat.sidebar.getByRole('link', { name: 'Lab' }).click()
  await expect(chat.page).toHaveTitle('Lab · Rill')
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

test('a title is plain text, cut on its own line, and stands on its own side', async ({ chat }) => {
  const { page } = chat
  await chat.ask('```js\nrun()\n```\n**What** does `run` do?')
  await expect(chat.title).toHaveText('What does run do?')
  await chat.startNew()
  await chat.ask('ما هو النهر؟')
  const words = await chat
    .row('ما هو')
    .getByText('ما هو')
    .evaluate((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return {
        right: range.getBoundingClientRect().right,
        end: element.closest('li')?.getBoundingClientRect().right ?? 0,
      }
    })
  expect(words.end - words.right).toBeLessThan(12)
  await chat.startNew()
  const long = `${'A title that goes on and on '.repeat(20)}<img src=x onerror=alert(1)>`
  await chat.ask(long)
  const row = chat.sidebar.getByRole('listitem').first()
  await expect(row).toContainText('A title')
  const box = await row.boundingBox()
  expect(box?.height).toBeLessThan(50)
  await choose(chat, 'A title', 'Rename')
  await page.getByRole('textbox', { name: 'Title' }).fill(`<b>${'wide'.repeat(49)}`)
  await page.keyboard.press('Enter')
  await expect(row).toContainText('<b>wide')
  expect((await row.boundingBox())?.height).toBe(box?.height)
  expect(await widthOver(page)).toBe(0)
})

test('the sidebar folds, and stays folded', async ({ chat, browser }) => {
  const { page } = chat
  await expect(chat.sidebar).toBeVisible()
  await page.keyboard.press('Control+B')
  await expect(chat.sidebar).toBeHidden()
  // Also in what the server renders, so that nothing moves as the page wakes up.
  const storageState = await page.context().storageState()
  const asleep = await browser.newContext({ javaScriptEnabled: false, storageState })
  const rendered = new Chat(await asleep.newPage())
  await rendered.page.goto(page.url())
  await expect(rendered.composer).toBeVisible()
  await expect(rendered.sidebar).toBeHidden()
  await asleep.close()
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

type Action = 'Rename' | 'Copy link' | 'Delete'

async function chooseInTitle({ page, title }: Chat, action: Action): Promise<void> {
  await title.getByRole('button').click()
  await page.getByRole('menuitem', { name: action }).click()
}

async function choose(chat: Chat, title: string, action: Action): Promise<void> {
  const row = chat.row(title)
  await row.hover()
  await row.getByRole('button', { name: /^Actions for/ }).click()
  await chat.page.getByRole('menuitem', { name: action }).click()
}

/** Pixels by which the page is wider than its window. */
function widthOver(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}
