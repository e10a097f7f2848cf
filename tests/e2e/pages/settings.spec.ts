import type { Page } from '@playwright/test'
import { type ScriptedUpstream, type Step, startScriptedUpstream } from '../../upstream/scripted'
import { end } from '../chat'
import { environmentKey, expect, test } from '../fixtures'

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
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Providers' }).click()
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('form', { name: 'Add a provider' })
  await expect(form.getByRole('button', { name: 'OpenAI', exact: true })).toBeFocused()
  await form.getByRole('textbox', { name: 'Name' }).fill('My creek')
  await form.getByRole('textbox', { name: 'Base URL' }).fill(own.baseUrl)
  await form.getByLabel('API key').fill(key)
  await form.getByRole('button', { name: 'Advanced' }).click()
  await form.getByRole('spinbutton', { name: 'Idle timeout (seconds)' }).fill('90')
  own.script([{ delta: 'Hello from the creek.' }, { until: 'looked at' }, end])
  await form.getByRole('button', { name: 'Test' }).click()
  await own.request(0)
  await expect(form.getByRole('button', { name: 'Save' })).toBeEnabled()
  own.open('looked at')
  const result = form.getByRole('status')
  await expect(result).toContainText('2 models found: creek, creek-mini')
  await expect(result).toContainText('creek responded')
  await expect(result).toContainText(/first token after \d+ ms/)
  await expect(result).toContainText('“Hello from the creek.”')

  await form.getByRole('button', { name: 'Save' }).click()
  const providers = page.getByRole('region', { name: 'Providers' })
  const row = providers.getByRole('listitem').filter({ hasText: 'My creek' })
  await expect(row).toContainText('Key saved')
  const saved = row.getByRole('group', { name: 'My creek was saved' })
  await expect(saved).toContainText('Connected. 2 models.')
  await expect(saved).toBeFocused()
  await saved.getByRole('button', { name: 'Start with creek', exact: true }).click()
  await expect(page).toHaveURL('/')
  await expect(page.getByRole('button', { name: 'Model: creek' })).toBeVisible()

  await page.getByRole('button', { name: /^Model: / }).click()
  await page.getByRole('option', { name: 'creek-mini' }).click()
  await chat.ask('Is this my own key?')
  const { headers, body } = await own.request(1)
  expect(headers.authorization).toBe(`Bearer ${key}`)
  expect(body.model).toBe('creek-mini')
  await chat.reload()
  await chat.ended('completed')

  // An address of an earlier version.
  await page.goto('/settings#providers')
  await expect(page).toHaveURL('/settings/providers')
  const edit = row.getByRole('button', { name: 'Edit My creek' })
  await edit.click()
  const editing = page.getByRole('form', { name: 'Edit My creek' })
  await expect(editing.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await expect(editing.getByLabel('API key')).toHaveValue('')
  await editing.getByRole('button', { name: 'Advanced' }).click()
  await expect(editing.getByRole('spinbutton', { name: 'Idle timeout (seconds)' })).toHaveValue('90')
  await expect(editing.getByRole('spinbutton', { name: 'First-token timeout (seconds)' })).toHaveValue('')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(edit).toBeFocused()
  await page.reload()
  await expect(row).toBeVisible()
  expect(await page.content()).not.toContain(key)
  const bodies = await received()
  expect(bodies.filter((each) => each.includes('My creek')).length).toBeGreaterThan(0)
  expect(bodies.filter((each) => each.includes(key) || each.includes(environmentKey))).toEqual([])

  const remove = row.getByRole('button', { name: 'Delete My creek' })
  await remove.click()
  await expect(row.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(remove).toBeFocused()
  await remove.click()
  await row.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(row).toHaveCount(0)
  await expect(page.getByText('My creek was deleted.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add a provider' })).toBeFocused()
  await page.reload()
  await expect(providers).toContainText('Set up by whoever runs this server')
  await expect(row).toHaveCount(0)
})

test('a test that fails says how far it got', async ({ page }) => {
  await openProviders(page)
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
  await expect(result).toContainText('creek didn’t respond: Incorrect API key provided. Check the key in Settings.')
})

test('a key that is refused is for its owner to mend', async ({ chat, upstream }) => {
  const { page } = chat
  const refused: Step[] = [
    { status: 401 },
    { write: JSON.stringify({ error: { message: 'No such key.' } }) },
    { end: true },
  ]
  upstream.script(refused)
  await chat.send('Hello')
  await chat.ended('failed')
  await expect(chat.reply).toContainText('Ask whoever runs this server to check it.')
  await expect(chat.reply.getByRole('link', { name: 'Open Settings' })).toHaveCount(0)

  const headers = { origin: new URL(page.url()).origin }
  const added = await page.request.post('/api/providers', { headers, data: { name: 'Creek', baseUrl: own.baseUrl } })
  const defaultModel = `${(await added.json()).id}:creek`
  expect((await page.request.patch('/api/settings', { headers, data: { defaultModel } })).ok()).toBe(true)
  await chat.open('/')
  own.script(refused)
  await chat.send('Hello')
  await chat.ended('failed')
  await chat.reply.getByRole('link', { name: 'Open Settings' }).click()
  await expect(page).toHaveURL('/settings/providers')
})

test('a field that is wrong is named beside it', async ({ page, complaints }) => {
  complaints.expect(/status of 400 .*\/api\/providers/)
  await openProviders(page)
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('form', { name: 'Add a provider' })
  await form.getByRole('textbox', { name: 'Name' }).fill('My creek')
  const address = form.getByRole('textbox', { name: 'Base URL' })
  await address.fill('ftp://example.org/v1')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(address).toHaveAttribute('aria-invalid', 'true')
  await expect(address).toHaveAccessibleDescription(/http/)
})

test('a provider that lists no models is used by the name of one', async ({ page, chat }) => {
  own.models = []
  await openProviders(page)
  await page.getByRole('button', { name: 'Add a provider' }).click()
  const form = page.getByRole('form', { name: 'Add a provider' })
  await form.getByRole('button', { name: 'Azure' }).click()
  await form.getByRole('textbox', { name: 'Base URL' }).fill(own.baseUrl)
  await form.getByLabel('API key').fill(key)
  await form.getByRole('button', { name: 'Save' }).click()
  const saved = page.getByRole('group', { name: 'Azure was saved' })
  await expect(saved).toContainText('Connected. This server doesn’t list its models.')
  await saved.getByRole('textbox', { name: 'Model ID' }).fill('my-deployment')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/')
  own.script([{ delta: 'Deployed.' }, end])
  await chat.ask('Are you there?')
  const { headers, body } = await own.request(0)
  expect(headers['api-key']).toBe(key)
  expect(body.model).toBe('my-deployment')
})

test('Settings are a list of places: each has an address, Back leads back, and a phone shows one at a time', async ({
  page,
}) => {
  await page.goto('/settings')
  const list = page.getByRole('navigation', { name: 'Settings' })
  await expect(list.getByRole('link', { name: 'General' })).toHaveAttribute('aria-current', 'page')
  const parts = ['Models', 'Providers', 'Budgets', 'Prices', 'Shortcuts', 'About']
  for (const name of parts) {
    await list.getByRole('link', { name }).click()
    await expect(page).toHaveURL(`/settings/${name.toLowerCase()}`)
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
    await expect(page).toHaveTitle(`${name} · Settings · Rill`)
  }
  await expect(page.getByText(/^Rill \d+\.\d+\.\d+$/)).toBeVisible()
  const docs = await page.getByRole('link', { name: 'Deploying Rill' }).getAttribute('href')
  expect(await (await page.request.get(docs ?? '')).text()).toMatch(/^# .*\n/)
  await page.goBack()
  await expect(page.getByRole('row', { name: /New conversation/ })).toContainText('CtrlShiftO')

  await page.setViewportSize({ width: 390, height: 844 })
  const back = page.getByRole('region', { name: 'Shortcuts' }).getByRole('link', { name: 'Settings' })
  await expect(list).toBeHidden()
  await back.focus()
  await page.keyboard.press('Enter')
  await expect(list.getByRole('link', { name: 'Shortcuts' })).toBeFocused()
  await expect(page.getByRole('heading', { name: 'General', level: 1 })).toBeHidden()
  await list.getByRole('link', { name: 'Budgets' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Budgets', level: 1 })).toBeFocused()
})

test('the theme is chosen, and stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/settings')
  const light = await background(page)
  const saved = page.waitForResponse((response) => response.url().endsWith('/api/settings'))
  await page.getByText('Dark', { exact: true }).click()
  await expect.poll(() => background(page)).not.toBe(light)
  const dark = await background(page)
  await saved
  await page.reload()
  expect(await background(page)).toBe(dark)
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
  await page.getByText('Light', { exact: true }).click()
  await expect.poll(() => background(page)).toBe(light)
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await background(page)).toBe(light)
  await page.getByText('System', { exact: true }).click()
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

/** Waits until the page is awake: only then does it ask for the providers. */
async function openProviders(page: Page): Promise<void> {
  await page.goto('/settings/providers')
  await expect(page.getByText('Set up by whoever runs this server')).toBeVisible()
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

test('the connection test says that streaming works, or what holds text back', async ({ chat, page }) => {
  await chat.page.goto('/settings')
  const button = page.getByRole('button', { name: 'Test connection' })
  await button.click()
  await expect(page.getByText('Streaming works')).toBeVisible()
  // As a proxy that buffers: the whole answer, and then all of it at once.
  await page.route('**/api/health/stream', async (route) => route.fulfill({ response: await route.fetch() }))
  await button.click()
  await expect(page.getByText(/holds text back for 1\.\d s.*proxy_buffering off/)).toBeVisible()
})
