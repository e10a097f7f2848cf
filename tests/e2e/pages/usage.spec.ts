import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { Step } from '../../upstream/scripted'
import { end } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from './axe'
import { setPrice } from './money'

/** An answer that is not streamed. */
const whole: Step = {
  write: JSON.stringify({
    id: 'chatcmpl-whole',
    object: 'chat.completion',
    created: 0,
    model: 'scripted',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Because of light.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  }),
}

async function openUsage(page: Page) {
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Usage' }).click()
  await expect(page).toHaveURL('/usage')
  await expect(page.getByRole('heading', { name: 'Usage', level: 1 })).toBeVisible()
}

const tile = (page: Page, name: string) => page.locator('dl > div').filter({ hasText: name }).locator('dd').first()

test('what was used is there at once: in all, by day, model, provider and conversation', async ({ chat, upstream }) => {
  const { page } = chat
  upstream.script([{ delta: 'Long.' }, end])
  await chat.ask('=How long is a brook?')
  await chat.startNew()
  upstream.script([{ delta: 'Dee' }, { cut: true }])
  await chat.send('How deep is a creek?')
  await chat.ended('interrupted')
  await openUsage(page)
  await expect(tile(page, 'Replies')).toHaveText('2')
  await expect(tile(page, 'Completed')).toHaveText('50%')
  await expect(tile(page, 'Interrupted')).toHaveText('50%')
  for (const [region, name] of [
    ['By model', 'scripted'],
    ['By conversation', 'How deep is a creek?'],
  ] as const)
    await expect(page.getByRole('region', { name: region }).getByRole('row').filter({ hasText: name })).toHaveCount(1)
  await expect(page.getByRole('region', { name: 'By provider' }).getByRole('row')).toHaveCount(2)

  // By keyboard, and as a table.
  const days = page.getByRole('region', { name: 'By day' })
  // Nothing has a price, so there is no cost to be seen.
  const chart = days.getByRole('group', { name: /^Tokens by day/ })
  await chart.focus()
  await page.keyboard.press('End')
  await expect(chart).toHaveAccessibleDescription(/2 replies$/)
  await page.keyboard.press('ArrowLeft')
  await expect(chart).toHaveAccessibleDescription(/no usage$/)
  await days.getByRole('button', { name: /^Show as table/ }).click()
  await expect(days.getByRole('table', { name: 'Usage by day' }).getByRole('row')).toHaveCount(2)

  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export as CSV' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^rill-usage-.*\.csv$/)
  expect(await readFile(await download.path(), 'utf8')).toContain(`'=How long is a brook?`)

  await page.getByRole('combobox', { name: 'Days' }).selectOption('custom')
  await page.getByRole('textbox', { name: 'To' }).fill('2020-01-01')
  await expect(page.getByRole('alert').filter({ hasText: 'is after' })).toBeVisible()
  await page.getByRole('textbox', { name: 'From' }).fill('2020-01-01')
  await expect(page.getByText('No usage in this period')).toBeVisible()
})

test('the days begin with what they cost, once something has a price', async ({ chat, house }) => {
  await setPrice(chat, house.upstreamPort)
  await chat.ask('How long is a brook?')
  await openUsage(chat.page)
  const days = chat.page.getByRole('region', { name: 'By day' })
  await expect(days.getByRole('group', { name: /^Cost by day/ })).toBeVisible()
  await days.getByRole('radio', { name: 'Tokens' }).click()
  await expect(days.getByRole('group', { name: /^Tokens by day/ })).toBeVisible()
})

test('one conversation is shown alone, and so are the tests of providers', async ({ chat, house, upstream }) => {
  const { page } = chat
  upstream.script([{ delta: 'Long.' }, end])
  await chat.ask('How long is a brook?')
  await chat.startNew()
  await chat.ask('How deep is a creek?')
  const tested = await page.request.post('/api/providers/test', {
    data: { name: 'Mine', baseUrl: `http://127.0.0.1:${house.upstreamPort}/v1`, model: 'scripted' },
    headers: { origin: new URL(page.url()).origin },
  })
  expect(await tested.json()).toMatchObject({ answerProblem: null })
  await openUsage(page)
  await expect(tile(page, 'Replies')).toHaveText('3')
  const rows = page.getByRole('region', { name: 'By conversation' }).getByRole('row')
  await expect(rows.filter({ hasText: 'Provider tests' })).toHaveCount(1)
  await rows.getByRole('button', { name: 'Show only: How deep is a creek?' }).click()
  await expect(tile(page, 'Replies')).toHaveText('1')
  await expect(rows).toHaveCount(2)
  const choice = page.getByRole('combobox', { name: 'Conversation' })
  await expect(choice).toBeFocused()
  await expect(choice.getByRole('option', { selected: true })).toHaveText('How deep is a creek?')
  await expect(page.getByRole('link', { name: 'Export as CSV' })).toHaveAttribute('href', /&conversation=[\da-f-]{36}$/)
  await choice.selectOption('Provider tests')
  await expect(rows.last()).toContainText('Provider tests')
  await expect(rows).toHaveCount(2)
  await choice.selectOption('All conversations')
  await expect(tile(page, 'Replies')).toHaveText('3')
})

test('a report that cannot be had says why, and can be asked for again', async ({ chat, complaints }) => {
  const { page } = chat
  complaints.expect(/status of 503 .*\/api\/usage/)
  const away = { error: { kind: 'internal', message: 'Rill cannot reach its database.', retryable: true } }
  await page.route(/\/api\/usage\?/, (route) => route.fulfill({ status: 503, json: away }))
  await openUsage(page)
  await expect(page.getByRole('alert').filter({ hasText: 'cannot reach its database' })).toBeVisible()
  await page.unroute(/\/api\/usage\?/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Usage', level: 1 })).toBeFocused()
  await expect(page.getByText('No usage in this period')).toBeVisible()
})

test('the lab asks the same twice, and says what streaming buys', async ({ page, upstream }) => {
  await page.goto('/lab')
  upstream.scriptFor('Why?', ({ body }) =>
    body.stream
      ? [{ delta: 'Because ' }, { until: 'both are seen' }, { delta: 'of light.' }, end]
      : [
          { until: 'both are seen' },
          { status: 200, headers: { 'content-type': 'application/json' } },
          whole,
          { end: true },
        ],
  )
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Why?')
  await page.getByRole('button', { name: 'Run comparison' }).click()
  const streamed = page.getByRole('region', { name: 'Streamed', exact: true })
  const atOnce = page.getByRole('region', { name: 'All at once', exact: true })
  await expect(streamed).toContainText('Because')
  await expect(atOnce).toContainText('Running')
  await expect(atOnce).not.toContainText('Because')
  upstream.open('both are seen')
  await expect(streamed).toContainText('Complete')
  await expect(atOnce).toContainText('Because of light.')
  expect(
    upstream.requests
      .filter(({ prompt }) => prompt === 'Why?')
      .map(({ body }) => body.stream)
      .sort(),
  ).toEqual([false, true])

  // A run is kept apart from the conversations.
  const runs = page.getByRole('region', { name: 'Earlier runs' })
  await expect(runs.getByRole('listitem')).toHaveCount(1)
  await page.reload()
  const sidebar = page.getByRole('navigation', { name: 'Conversations' })
  await runs.getByRole('link', { name: 'Why?' }).click()
  await expect(page.getByRole('log')).toContainText('Because of light.')
  await expect(sidebar.getByRole('listitem')).toHaveCount(0)
  await page.goBack()
  await runs.getByRole('button', { name: 'Delete the run: Why?' }).click()
  await runs.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(runs.getByText('Your runs will appear here.')).toBeFocused()
})

test('what the lab asks can be stopped, and the speed of models is measured', async ({ page, upstream }) => {
  await page.goto('/lab')
  upstream.scriptFor('Why?', [{ delta: 'Because ' }, { until: 'never' }])
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Why?')
  await page.getByRole('button', { name: 'Run comparison' }).click()
  await expect(page.getByRole('region', { name: 'Streamed', exact: true })).toContainText('Because')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  for (const name of ['Streamed', 'All at once'])
    await expect(page.getByRole('region', { name, exact: true })).toContainText('Stopped')

  await page.getByRole('checkbox', { name: 'scripted', exact: true }).check()
  await page.getByRole('checkbox', { name: 'brook-mini' }).check()
  await expect(page.getByText('Costs as much as 2 short replies.')).toBeVisible()
  await page.getByRole('button', { name: 'Test 2 models' }).click()
  const table = page.getByRole('table', { name: 'Model speed' })
  await expect(table.getByRole('row').filter({ hasText: 'Complete' })).toHaveCount(2)
})

/** The page scrolls within the document, which stays where it is. */
async function expectNoScroll(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)).toBe(0)
}

for (const colorScheme of looks) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing on the usage page, empty, full and as tables, nor in the lab', async ({ chat }) => {
      const { page } = chat
      await openUsage(page)
      await expect(page.getByText('No usage in this period')).toBeVisible()
      expect(await axeComplaints(page)).toEqual([])
      await page.getByRole('link', { name: 'New conversation' }).first().click()
      await chat.ask('How long is a brook?')
      await openUsage(page)
      await expect(page.getByRole('region', { name: 'By day' })).toBeVisible()
      expect(await axeComplaints(page)).toEqual([])
      await expectNoScroll(page)
      const asTable = page.getByRole('button', { name: /^Show as table/ })
      // One that was pressed says something else.
      for (let left = await asTable.count(); left > 0; left--) await asTable.first().click()
      await expect(asTable).toHaveCount(0)
      expect(await axeComplaints(page)).toEqual([])
      await expectNoScroll(page)
      await page.goto('/lab')
      await page.getByRole('button', { name: 'Run comparison' }).click()
      await expect(page.getByRole('region', { name: 'All at once', exact: true })).toContainText('Complete')
      expect(await axeComplaints(page)).toEqual([])
      await expectNoScroll(page)
    })
  })
}
