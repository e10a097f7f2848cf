import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'

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
    box.dispatchEvent(new KeyboardEvent('keydown', { ...pressed, key: 'b', ctrlKey: true, isComposing: true }))
  })
  await expect(chat.sidebar).toBeVisible()
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

test('a starter fills the box beside what was typed, undo takes it back, and nothing is sent or moved', async ({
  chat,
  upstream,
}) => {
  const { keyboard } = chat.page
  const starter = (name: string) => chat.page.getByRole('button', { name })
  const places = async () => {
    const all = [chat.page.getByRole('heading'), chat.composer, starter('Compare in a table')]
    return (await Promise.all(all.map((each) => each.boundingBox()))).map((box) => box?.y)
  }
  const before = await places()
  await starter('Write some code').click()
  await expect(chat.composer).toHaveValue(/^Write a Python function/)
  await expect(chat.composer).toBeFocused()
  // One that nobody has touched gives way to another.
  await starter('Explain an idea').click()
  await expect(chat.composer).toHaveValue(/^Explain how a river/)
  await chat.composer.fill('')
  await keyboard.type('My own words')
  await expect(chat.page.getByText(/No price set/)).toBeVisible()
  expect(await places()).toEqual(before)
  await starter('Explain an idea').click()
  await expect(chat.composer).toHaveValue(/^My own words\n\nExplain how a river/)
  await keyboard.press('Control+z')
  await expect(chat.composer).toHaveValue('My own words')
  await starter('Summarize a text').click()
  await expect(chat.composer).toHaveValue('Summarize this text in five sentences:\n\nMy own words')
  await keyboard.type(', and more')
  await expect(chat.composer).toHaveValue(/My own words, and more$/)
  // What has their place takes none of the others'.
  await expect(starter('Explain an idea')).toBeHidden()
  for (const each of [chat.page.getByRole('heading'), chat.composer])
    expect(before).toContain((await each.boundingBox())?.y)
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

test('one can write while a reply streams, and Enter says that it waits', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Still at it' }, { until: 'go on' }, end])
  await chat.composer.fill('Take your time')
  // The second click was meant for Send.
  await chat.sendButton.dblclick()
  await expect(chat.reply).toContainText('Still at it')
  await chat.running()
  await chat.composer.fill('The next thing')
  await chat.page.keyboard.press('Enter')
  const waits = chat.page.getByRole('status').filter({ hasText: 'Wait for this reply to finish, or press Esc' })
  await expect(waits).toBeVisible()
  await expect(chat.composer).toHaveValue('The next thing')
  upstream.open('go on')
  await chat.ended('completed')
  await expect(waits).toHaveCount(0)
  await chat.composer.press('Enter')
  await expect(chat.replies).toHaveCount(2)
  await chat.ended('completed')
})

test('what is dropped or pasted and is no text is said to be of no use yet, and the page stays', async ({ chat }) => {
  const { page } = chat
  const said = page.getByRole('status').filter({ hasText: 'Rill can’t read files yet.' })
  /** Whether the browser was kept from doing with it what it does by itself. */
  const dispatch = (
    target: string,
    event: 'drop' | 'dragover' | 'paste',
    kind: 'file' | 'link' | 'picture of a text',
  ) =>
    page.locator(target).evaluate(
      (element, [type, what]) => {
        const data = new DataTransfer()
        if (what === 'link') data.setData('text/uri-list', 'https://example.org/')
        else data.items.add(new File(['a, b'], 'table.csv', { type: 'text/csv' }))
        if (what === 'picture of a text') data.setData('text/plain', 'a text')
        const init = { bubbles: true, cancelable: true }
        return !element.dispatchEvent(
          type === 'paste'
            ? new ClipboardEvent(type, { ...init, clipboardData: data })
            : new DragEvent(type, { ...init, dataTransfer: data }),
        )
      },
      [event, kind] as const,
    )
  expect(await dispatch('h1', 'dragover', 'file')).toBe(true)
  expect(await dispatch('h1', 'drop', 'link')).toBe(true)
  expect(await dispatch('#composer', 'drop', 'link')).toBe(false)
  expect(await dispatch('#composer', 'paste', 'picture of a text')).toBe(false)
  await expect(said).toHaveCount(0)
  for (const [target, event] of [
    ['h1', 'drop'],
    ['#composer', 'drop'],
    ['#composer', 'paste'],
  ] as const) {
    expect(await dispatch(target, event, 'file')).toBe(true)
    await expect(said).toBeVisible()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await expect(said).toHaveCount(0)
  }
})

test('the limit of a prompt is said while it is written', async ({ chat, upstream }) => {
  const { page } = chat
  await chat.composer.fill('a '.repeat(48_000))
  await expect(page.getByText('96,000 of 100,000 characters')).toBeVisible()
  await expect(chat.sendButton).toHaveAttribute('aria-disabled', 'false')
  await chat.composer.fill('a '.repeat(50_001))
  const words = '2 characters over the limit of 100,000. Shorten it to send.'
  await expect(page.getByRole('status').filter({ hasText: words })).toBeVisible()
  await expect(chat.sendButton).toHaveAccessibleDescription(words)
  await chat.composer.press('Enter')
  await expect(page).toHaveURL('/')
  expect(upstream.requests).toHaveLength(0)
})

test('Back leads from the first message to the empty conversation, and on again', async ({ chat, upstream }) => {
  upstream.script([{ delta: 'Here.' }, end])
  await chat.ask('Where am I?')
  const address = await chat.conversationId()
  await chat.page.goBack()
  await expect(chat.page.getByRole('heading', { name: 'What can I help with?' })).toBeVisible()
  await expect(chat.composer).toBeFocused()
  await chat.page.goForward()
  await expect(chat.page).toHaveURL(`/c/${address}`)
  await expect(chat.reply).toContainText('Here.')
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
  await expect(page.getByText('No models match “largenothing”')).toBeVisible()
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
