import type { Page } from '@playwright/test'
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/scripted'
import { end } from './chat'
import { environmentKey, expect, test } from './fixtures'

/** An upstream beside the operator's. */
let own: ScriptedUpstream

test.beforeEach(async () => {
  own = await startScriptedUpstream()
  own.models = ['creek', 'creek-mini']
})

test.afterEach(() => own.stop())

const key = 'sk-mine-8d41e07b'

test('a provider can be added, tested, used and deleted, and its key stays on the server', async ({ chat }) => {
  const { page } = chat
  const received = collectBodies(page)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('form', { name: 'Add a provider' })
  await form.getByRole('textbox', { name: 'Name' }).fill('My creek')
  await form.getByRole('textbox', { name: 'Base URL' }).fill(own.baseUrl)
  await form.getByLabel('Key').fill(key)
  await form.getByRole('spinbutton', { name: 'Seconds between words' }).fill('90')
  own.script([{ delta: 'Hello from the creek.' }, end])
  await form.getByRole('button', { name: 'Test' }).click()
  const result = form.getByRole('status')
  await expect(result).toContainText('2 models found: creek, creek-mini')
  await expect(result).toContainText('creek answered')
  await expect(result).toContainText(/first text after \d+ ms/)
  await expect(result).toContainText('“Hello from the creek.”')

  await form.getByRole('button', { name: 'Save' }).click()
  const providers = page.getByRole('region', { name: 'Providers' })
  const row = providers.getByRole('listitem').filter({ hasText: 'My creek' })
  await expect(row).toContainText('A key is stored')

  await chat.sidebar.getByRole('link', { name: 'New conversation' }).click()
  await page.getByRole('button', { name: /^Model: / }).click()
  await page.getByRole('option', { name: 'creek-mini' }).click()
  await chat.ask('Is this my own key?')
  const { headers, body } = await own.request(1)
  expect(headers.authorization).toBe(`Bearer ${key}`)
  expect(body.model).toBe('creek-mini')
  await chat.reload()
  await chat.ended('completed')

  await page.getByRole('link', { name: 'Settings' }).click()
  await row.getByRole('button', { name: 'Edit My creek' }).click()
  const editing = page.getByRole('form', { name: 'Edit My creek' })
  await expect(editing.getByLabel('Key')).toHaveValue('')
  await expect(editing.getByRole('spinbutton', { name: 'Seconds between words' })).toHaveValue('90')
  await expect(editing.getByRole('spinbutton', { name: 'Seconds to the first word' })).toHaveValue('')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.reload()
  await expect(row).toBeVisible()
  expect(await page.content()).not.toContain(key)
  const bodies = await received()
  expect(bodies.filter((each) => each.includes('My creek')).length).toBeGreaterThan(0)
  expect(bodies.filter((each) => each.includes(key) || each.includes(environmentKey))).toEqual([])

  await row.getByRole('button', { name: 'Delete My creek' }).click()
  await row.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(row).toHaveCount(0)
  await page.reload()
  await expect(providers).toContainText('Set by whoever runs this server')
  await expect(row).toHaveCount(0)
})

test('a test that fails says how far it got', async ({ page }) => {
  await openSettings(page)
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('form', { name: 'Add a provider' })
  await form.getByRole('textbox', { name: 'Name' }).fill('My creek')
  await form.getByRole('textbox', { name: 'Base URL' }).fill(own.baseUrl)
  own.script([
    { status: 401, headers: { 'content-type': 'application/json' } },
    { write: JSON.stringify({ error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } }) },
    { end: true },
  ])
  await form.getByRole('button', { name: 'Test' }).click()
  const result = form.getByRole('status')
  await expect(result).toContainText('2 models found')
  await expect(result).toContainText('creek did not answer: Incorrect API key provided. Check the key in Settings.')
})

test('a field that is wrong is named beside it', async ({ page, complaints }) => {
  complaints.expect(/status of 400 .*\/api\/providers/)
  await openSettings(page)
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('form', { name: 'Add a provider' })
  await form.getByRole('textbox', { name: 'Name' }).fill('My creek')
  const address = form.getByRole('textbox', { name: 'Base URL' })
  await address.fill('ftp://example.org/v1')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(address).toHaveAttribute('aria-invalid', 'true')
  await expect(address).toHaveAccessibleDescription(/http/)
})

test('the theme is chosen, and stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await openSettings(page)
  const light = await background(page)
  const saved = page.waitForResponse((response) => response.url().endsWith('/api/settings'))
  await page.getByText('Dark', { exact: true }).click()
  await expect.poll(() => background(page)).not.toBe(light)
  const dark = await background(page)
  await saved
  await page.reload()
  expect(await background(page)).toBe(dark)
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
  await expect(page.getByText('Set by whoever runs this server')).toBeVisible()
  await page.getByText('Light', { exact: true }).click()
  await expect.poll(() => background(page)).toBe(light)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await background(page)).toBe(light)
  await page.getByText('Like the system', { exact: true }).click()
  await expect.poll(() => background(page)).toBe(dark)
})

test('Enter can be made to break the line', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([{ delta: 'Read.' }, end])
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('checkbox', { name: 'Enter sends' }).uncheck()
  await page.getByRole('link', { name: 'New conversation' }).first().click()
  await chat.composer.fill('one')
  await chat.composer.press('Enter')
  await page.keyboard.type('two')
  await expect(chat.composer).toHaveValue('one\ntwo')
  await page.keyboard.press('Control+Enter')
  await chat.ended('completed')
  expect(upstream.requests).toHaveLength(1)
})

/** Opens the settings, and waits until they are awake: only then do they ask for the providers. */
async function openSettings(page: Page): Promise<void> {
  await page.goto('/settings')
  await expect(page.getByText('Set by whoever runs this server')).toBeVisible()
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor)
}

/** Keeps every body that the page is sent; gives them when all have arrived. */
function collectBodies(page: Page): () => Promise<string[]> {
  const bodies: Promise<string>[] = []
  page.on('requestfinished', (request) => {
    const text = async () => {
      const response = await request.response()
      // A redirect, and what a navigation has thrown away, have no body to read.
      return (await response?.text().catch(() => '')) ?? ''
    }
    bodies.push(text())
  })
  return () => Promise.all(bodies)
}

test('the connection test says that text arrives as it is written, or what holds it back', async ({ chat, page }) => {
  await chat.page.goto('/settings')
  const button = page.getByRole('button', { name: 'Test the connection' })
  await button.click()
  await expect(page.getByText('Text arrives as it is written')).toBeVisible()
  // As a proxy that buffers: the whole answer, and then all of it at once.
  await page.route('**/api/health/stream', async (route) => route.fulfill({ response: await route.fetch() }))
  await button.click()
  await expect(page.getByText(/collects the text for 1\.\d s.*proxy_buffering off/)).toBeVisible()
})
