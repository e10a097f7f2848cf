import type { Page } from '@playwright/test'
import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints } from './axe'

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

  await opener.tap()
  await expect(chat.sidebar).toBeInViewport({ ratio: 1 })
  await swipe(page, { from: 240, to: 60 })
  await expect(chat.sidebar).toBeHidden()
})

test('Back closes the drawer, and closing it leaves no trace', async ({ page }) => {
  await page.goto('/settings')
  const chat = await open(page)
  const opener = page.getByRole('button', { name: /^Open sidebar/ })
  await opener.tap()
  await expect(chat.sidebar).toBeInViewport()
  await page.goBack()
  await expect(chat.sidebar).toBeHidden()
  await expect(page).toHaveURL('/')

  // However else it is closed, one step back leaves the page.
  await opener.tap()
  await chat.sidebar.getByRole('button', { name: /^Close sidebar/ }).tap()
  await expect(chat.sidebar).toBeHidden()
  await opener.tap()
  await chat.sidebar.getByRole('link', { name: 'Usage' }).tap()
  await expect(page.getByRole('heading', { name: 'Usage', level: 1 })).toBeVisible()
  await expect(chat.sidebar).toBeHidden()
  await page.goBack()
  await expect(page).toHaveURL('/')
  await expect(chat.composer).toBeVisible()
  await page.goBack()
  await expect(page).toHaveURL('/settings')
})

test('it can be added to the home screen, and its bars have the chosen theme', async ({ page, context }) => {
  await open(page)
  const session = await context.newCDPSession(page)
  const { errors, manifest } = await session.send('Page.getAppManifest')
  expect(errors).toEqual([])
  expect(manifest.icons).toHaveLength(3)
  // A test's browser keeps nothing, which is all that there is to object.
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito'])

  const shownColors = () =>
    page
      .locator('meta[name="theme-color"]')
      .evaluateAll((metas: HTMLMetaElement[]) =>
        metas.filter(({ media }) => matchMedia(media).matches).map(({ content }) => content),
      )
  expect(await shownColors()).toEqual(['#fcfaf6'])
  await page.goto('/settings/general')
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
  await expect.poll(shownColors).toEqual(['#0f151d'])
  await page.reload()
  await expect.poll(shownColors).toEqual(['#0f151d'])
})

test('what is tapped has room for a finger, and fields for machines stay as typed', async ({ page, upstream }) => {
  upstream.script([{ status: 401 }, { write: '{"error":{"message":"No."}}' }, { end: true }])
  const chat = await open(page)
  await chat.send('Fail')
  await chat.ended('failed')
  expect(await tooSmall(page)).toEqual([])
  for (const address of ['/settings/models', '/settings/about', '/usage']) {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 }).last()).toBeVisible()
    expect(await tooSmall(page)).toEqual([])
  }
  await page.goto('/settings/providers')
  await page.getByRole('button', { name: 'Add a provider' }).tap()
  await expect(page.getByRole('textbox', { name: 'Base URL' })).toHaveAttribute('autocapitalize', 'none')
  expect(await tooSmall(page)).toEqual([])
})

test('what a button opens is there when the network has gone', async ({ page, context, complaints }) => {
  complaints.expect(/ERR_INTERNET_DISCONNECTED/)
  await open(page)
  const scripts = () =>
    page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length)
  const atFirst = await scripts()
  await expect.poll(scripts).toBeGreaterThan(atFirst)
  await page.waitForLoadState('networkidle')
  await context.setOffline(true)
  await page.getByRole('button', { name: /^Model/ }).tap()
  await expect(page.getByRole('listbox')).toBeVisible()
})

test('on a screen with little height there is room to read and to choose', async ({ page }) => {
  await page.setViewportSize({ width: 740, height: 200 })
  const chat = await open(page)
  await chat.send('How are you?')
  await chat.ended('completed')
  const { height = 0 } = (await chat.transcript.boundingBox()) ?? {}
  expect(height).toBeGreaterThan(60)
  await page.getByRole('button', { name: /^Model/ }).tap()
  const list = await page.getByRole('listbox').boundingBox()
  expect(list?.height).toBeGreaterThan(60)
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

  // On an iPhone a button that is tapped does not take the focus.
  await chat.composer.fill('three')
  await chat.sendButton.dispatchEvent('click')
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

async function swipe(page: Page, { from, to }: { from: number; to: number }): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints })
  await touch('touchStart', { x: from, y: 400 })
  for (let step = 1; step <= 6; step++) await touch('touchMove', { x: from + ((to - from) * step) / 6, y: 400 })
  await touch('touchEnd')
}

/** What can be tapped and is lower than 44 px; links within a sentence aside. */
async function tooSmall(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main :is(a[href], button, input, select, textarea, summary)')]
      .filter((element) => element.checkVisibility() && !element.parentElement?.matches('p'))
      .filter((element) => (element.closest('label') ?? element).getBoundingClientRect().height < 44)
      .map(({ outerHTML }) => outerHTML.slice(0, 200)),
  )
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
