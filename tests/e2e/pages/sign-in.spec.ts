import type { Page } from '@playwright/test'
import { Chat, end } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from './axe'

const password = 'open sesame'
test.use({ environment: { RILL_PASSWORD: password } })

test('a password lets people in, and nothing else does', async ({ page, upstream, complaints }) => {
  complaints.expect(/status of 401 .*\/api\/session/)
  upstream.script([{ delta: 'Welcome.' }, end])
  await page.goto('/')
  await expect(page).toHaveURL('/sign-in')
  for (const path of ['/api/conversations', '/api/models', '/api/providers']) {
    const refused = await page.request.get(path)
    expect(refused.status()).toBe(401)
  }
  const field = page.getByLabel('Password')
  await field.fill('let me in')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Wrong password' })).toBeVisible()
  await expect(field).toBeFocused()

  await field.fill(password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/')
  const chat = new Chat(page)
  await expect(chat.composer).toBeFocused()
  await chat.ask('Hello')
  await chat.reload()
  await expect(chat.reply).toContainText('Welcome.')

  // Somewhere else the session ends, and the page finds out.
  expect((await page.request.delete('/api/session')).ok()).toBe(true)
  await page.reload()
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fc%2F/)
})

test('a password that is sent before the page is awake does not get into the address', async ({ browser, rill }) => {
  const context = await browser.newContext({ baseURL: rill.url, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.waitForLoadState()
  await expect(page.getByLabel('Password')).toHaveValue('')
  expect(page.url()).toBe(`${rill.url}/sign-in`)
  await context.close()
})

async function signIn(page: Page) {
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
}

test('signing in leads to the very place that a link names', async ({ page }) => {
  await page.goto('/usage?from=2026-11-01#message-1')
  await signIn(page)
  await expect(page).toHaveURL('/usage?from=2026-11-01#message-1')
})

test('signing in leads to the page one wanted', async ({ page, upstream }) => {
  upstream.script([{ delta: 'Welcome back.' }, end])
  await page.goto('/settings')
  await expect(page).toHaveURL('/sign-in?next=%2Fsettings')
  await signIn(page)
  await expect(page).toHaveURL('/settings')
  // Whoever has signed in is not asked again.
  await page.goto('/sign-in?next=%2Fusage%3Ffrom%3D2026-11-01')
  await expect(page).toHaveURL('/usage?from=2026-11-01')
  await page.goto('/sign-in?next=%2F%2Fevil.example')
  await expect(page).toHaveURL('/')
})

test('signing out leaves for the sign-in page, and other tabs notice at their next call', async ({
  page,
  context,
  rill,
  upstream,
  complaints,
}) => {
  complaints.expect(/status of 401/)
  upstream.script([{ delta: 'Here.' }, end])
  await page.goto('/')
  await signIn(page)
  const chat = new Chat(page)
  await chat.ask('Before signing out')
  const other = new Chat(await context.newPage())
  await other.open(page.url())
  const cookies = await context.cookies()

  await chat.sidebar.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL('/sign-in')
  expect(await context.cookies()).toEqual([])
  await page.goBack()
  await expect(page).toHaveURL(/\/sign-in\?next=/)

  const at = new URL(other.page.url()).pathname
  await other.send('After signing out')
  await expect(other.page).toHaveURL(`/sign-in?next=${encodeURIComponent(at)}`)
  await signIn(other.page)
  await expect(other.page).toHaveURL(at)
  await expect(other.composer).toHaveValue('After signing out')

  // The old cookie opens nothing any more.
  const thief = await context.browser()?.newContext({ baseURL: rill.url })
  await thief?.addCookies(cookies)
  expect((await thief?.request.get('/api/conversations'))?.status()).toBe(401)
  await thief?.close()
})

for (const colorScheme of looks) {
  test(`axe finds nothing on the sign-in page, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto('/sign-in')
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
    expect(await axeComplaints(page)).toEqual([])
  })
}
