import { Chat, end } from './chat'
import { expect, test } from './fixtures'

test('Enter sends, Shift+Enter breaks the line', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Read.' }, end])
  const { keyboard } = chat.page
  await keyboard.type('one line')
  await keyboard.press('Shift+Enter')
  await keyboard.type('and another')
  await expect(chat.composer).toHaveValue('one line\nand another')
  expect(upstream.requests).toHaveLength(0)
  await keyboard.press('Enter')
  await chat.ended('completed')
  await expect(chat.composer).toHaveValue('')
  expect((await upstream.request(0)).prompt).toBe('one line\nand another')
})

test('Enter in the middle of an input method’s composition does not send', async ({ chat, context, upstream }) => {
  upstream.script([{ delta: 'はい。' }, end])
  const browser = await context.newCDPSession(chat.page)
  const composed = 'にほん'
  await browser.send('Input.imeSetComposition', { text: composed, selectionStart: 3, selectionEnd: 3 })
  await expect(chat.composer).toHaveValue(composed)
  await chat.page.keyboard.press('Enter')
  // Safari ends the composition first, and says so only by this code.
  await chat.composer.evaluate((box) => {
    const pressed = { key: 'Enter', bubbles: true, cancelable: true }
    box.dispatchEvent(new KeyboardEvent('keydown', { ...pressed, isComposing: true }))
    box.dispatchEvent(new KeyboardEvent('keydown', { ...pressed, keyCode: 229 }))
  })
  await expect(chat.composer).toHaveValue(new RegExp(composed))
  await expect(chat.replies).toHaveCount(0)

  await browser.send('Input.insertText', { text: '日本' })
  await expect(chat.composer).toHaveValue(/日本/)
  await chat.page.keyboard.press('Enter')
  await chat.ended('completed')
  expect(upstream.requests.map(({ prompt }) => prompt)).toEqual([expect.stringContaining('日本')])
})

test('a draft survives a reload, one for each conversation', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Yes.' }, end])
  await chat.ask('Do drafts last?')
  await chat.composer.fill('Half a thought')
  await chat.reload()
  await expect(chat.composer).toHaveValue('Half a thought')
  await chat.startNew()
  await expect(chat.composer).toHaveValue('')
  await chat.composer.fill('Another')
  await chat.row('Do drafts last?').getByRole('link').click()
  await expect(chat.composer).toHaveValue('Half a thought')
  await chat.startNew()
  await chat.reload()
  await expect(chat.composer).toHaveValue('Another')
})

test('what is written before the page is awake stays, and Send does not throw it away', async ({ page, upstream }) => {
  upstream.script([{ delta: 'Patience.' }, end])
  let wake = () => {}
  const awake = new Promise<void>((resolve) => {
    wake = resolve
  })
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    await awake
    await route.continue()
  })
  await page.goto('/', { waitUntil: 'commit' })
  const chat = new Chat(page)
  await chat.composer.fill('Too early')
  await chat.sendButton.click({ force: true })
  wake()
  await expect(chat.sendButton).toHaveAttribute('aria-disabled', 'false')
  await expect(chat.composer).toHaveValue('Too early')
  await chat.composer.press('Enter')
  await chat.ended('completed')
  expect((await upstream.request(0)).prompt).toBe('Too early')
})

test('a starter fills the box and does not send', async ({ chat, upstream }) => {
  await chat.page.getByRole('button', { name: /^Write some code/ }).click()
  await expect(chat.composer).toHaveValue(/^Write a Python function/)
  await expect(chat.composer).toBeFocused()
  await expect(chat.replies).toHaveCount(0)
  expect(upstream.requests).toHaveLength(0)
})

test('an empty message is not sent, and the button says why', async ({ chat, upstream }) => {
  await expect(chat.sendButton).toHaveAttribute('aria-disabled', 'true')
  await expect(chat.sendButton).toHaveAccessibleDescription('Write a message first.')
  await chat.composer.fill('   \n ')
  await chat.page.keyboard.press('Enter')
  await chat.sendButton.click({ force: true })
  await expect(chat.page).toHaveURL('/')
  expect(upstream.requests).toHaveLength(0)
})

test('one can write while a reply streams, and Enter does not send it into the middle', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Still at it' }, { until: 'go on' }, end])
  await chat.send('Take your time')
  await expect(chat.reply).toContainText('Still at it')
  await chat.composer.fill('The next thing')
  await chat.page.keyboard.press('Enter')
  await expect(chat.composer).toHaveValue('The next thing')
  upstream.open('go on')
  await chat.ended('completed')
  await chat.composer.press('Enter')
  await expect(chat.replies).toHaveCount(2)
  await chat.ended('completed')
})

test('ArrowUp in an empty box brings back the last prompt', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Yes.' }, end])
  await chat.ask('Say it again')
  await expect(chat.composer).toBeFocused()
  await chat.page.keyboard.press('ArrowUp')
  await expect(chat.composer).toHaveValue('Say it again')
})

test('the model picker filters, and the chosen model answers', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'At your service.' }, end])
  const { page } = chat
  await page.getByRole('button', { name: 'Model: scripted' }).click()
  const search = page.getByRole('combobox', { name: 'Search models' })
  await expect(search).toBeFocused()
  const options = page.getByRole('option')
  await expect(options.filter({ hasText: 'brook-mini' })).toBeVisible()
  await page.keyboard.type('large')
  await expect(options).toHaveText(['scripted-large'])
  await page.keyboard.type('nothing')
  await expect(options).toHaveText([/^Use “largenothing”/])
  await expect(page.getByText('No model is called “largenothing”')).toBeVisible()
  await search.fill('large')
  await page.keyboard.press('Enter')
  await expect(search).toBeHidden()
  await expect(page.getByRole('button', { name: 'Model: scripted-large' })).toBeVisible()
  await expect(chat.composer).toBeFocused()

  await chat.ask('Who are you?')
  expect((await upstream.request(0)).body.model).toBe('scripted-large')
  await chat.reload()
  await expect(page.getByRole('button', { name: 'Model: scripted-large' })).toBeVisible()
})
