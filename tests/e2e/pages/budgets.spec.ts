import { done, finish, usage } from '../../upstream/events'
import type { Chat } from '../chat'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from './axe'
import { setBudgets, setPrice, setRupees } from './money'

const words = 'The river rises in the hills and comes down to the old town. '

async function openBudgets(chat: Chat) {
  await chat.page.goto('/settings/budgets')
  const section = chat.page.getByRole('region', { name: 'Budgets' })
  await expect(section.getByRole('button', { name: 'Add a budget' })).toBeVisible()
  return section
}

test('budgets are added, changed and removed, and what is wrong stands by its field', async ({ chat }) => {
  const section = await openBudgets(chat)
  await expect(section).toContainText('No limits set.')
  await section.getByRole('button', { name: 'Add a budget' }).click()
  const form = section.getByRole('form', { name: 'Add a budget' })
  const amount = form.getByRole('textbox', { name: 'Limit (USD)' })
  await expect(form.getByRole('combobox', { name: 'Applies to' })).toBeFocused()
  for (const [wrong, said] of [
    ['', 'Enter an amount.'],
    ['fifty', 'Enter a number under a million'],
    ['0', 'Enter more than 0.'],
  ] as const) {
    await amount.fill(wrong)
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(amount).toHaveAccessibleDescription(new RegExp(`^${said}`))
    await expect(amount).toBeFocused()
  }
  await amount.fill('50')
  await form.getByRole('button', { name: 'Save' }).click()
  const day = section.getByRole('listitem').filter({ hasText: 'Each day' })
  await expect(day).toContainText('Each day: up to $50.00')
  await expect(day.getByRole('meter', { name: 'Each day: used' })).toHaveAttribute(
    'aria-valuetext',
    '0%: $0.00 used today',
  )

  await section.getByRole('button', { name: 'Add a budget' }).click()
  await amount.fill('9')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(amount).toHaveAccessibleDescription('You already have a limit like this. Edit it instead.')
  await form.getByRole('combobox', { name: 'Applies to' }).selectOption('Each reply')
  await form.getByRole('combobox', { name: 'Limit by' }).selectOption('Tokens')
  const tokens = form.getByRole('textbox', { name: 'Limit (tokens)' })
  await tokens.fill('2.5')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(tokens).toHaveAccessibleDescription(/^Enter a whole number/)
  await tokens.fill('2000')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(section.getByRole('listitem').first()).toContainText('Each reply: up to 2,000 tokens')

  await day.getByRole('button', { name: 'Edit budget: Each day, cost' }).click()
  const changing = section.getByRole('form', { name: 'Edit budget' })
  await expect(changing.getByRole('textbox')).toHaveValue('50')
  await changing.getByRole('textbox').fill('60.5')
  await changing.getByRole('button', { name: 'Save' }).click()
  await expect(day).toContainText('$60.50')
  await expect(day.getByRole('button', { name: 'Edit budget: Each day, cost' })).toBeFocused()
  await expect(chat.page.getByText('Budget saved.')).toBeVisible()
  await chat.page.reload()
  await expect(day).toContainText('$60.50')
  await section.getByRole('button', { name: 'Remove budget: Each reply, tokens' }).click()
  await expect(section.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await section.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(section.getByRole('listitem')).toHaveCount(1)
  await expect(section.getByRole('button', { name: 'Add a budget' })).toBeFocused()
  await chat.page.reload()
  await expect(section.getByRole('listitem')).toHaveCount(1)
})

test('of two tabs, the second to change a budget sees what it is by now and keeps what was typed', async ({
  chat,
  complaints,
  context,
}) => {
  complaints.expect(/status of 409/)
  await setBudgets(chat, [{ amount: '50' }])
  const section = await openBudgets(chat)
  await section.getByRole('button', { name: 'Edit budget: Each day, cost' }).click()
  const form = section.getByRole('form', { name: 'Edit budget' })
  await form.getByRole('textbox').fill('60')

  const other = await context.newPage()
  await other.goto('/settings/budgets')
  const there = other.getByRole('region', { name: 'Budgets' })
  await there.getByRole('button', { name: 'Edit budget: Each day, cost' }).click()
  await there.getByRole('textbox').fill('75')
  await there.getByRole('button', { name: 'Save' }).click()
  await expect(there.getByRole('listitem')).toContainText('$75.00')
  await there.getByRole('button', { name: 'Add a budget' }).click()
  await there.getByRole('combobox', { name: 'Applies to' }).selectOption('Each month')
  await there.getByRole('textbox').fill('500')
  await there.getByRole('button', { name: 'Save' }).click()
  await expect(there.getByRole('listitem')).toHaveCount(2)

  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText('changed in another tab or on another device, and is now $75.00')
  await expect(form.getByRole('textbox')).toHaveValue('60')
  await expect(section.getByRole('listitem')).toHaveCount(2)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(section.getByRole('listitem').first()).toContainText('$60.00')

  // The other tab has the old one; there it is removed, and told.
  await there.getByRole('button', { name: 'Remove budget: Each day, cost' }).click()
  await there.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(there.getByRole('alert').filter({ hasText: 'It wasn’t removed.' })).toBeVisible()
  await expect(there.getByRole('listitem').first()).toContainText('$60.00')
  await section.getByRole('button', { name: 'Edit budget: Each day, cost' }).click()
  await form.getByRole('textbox').fill('65')
  await there.getByRole('button', { name: 'Remove budget: Each day, cost' }).click()
  await there.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(there.getByRole('listitem')).toHaveCount(1)
  complaints.expect(/status of 404/)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText('was removed in another tab')
  await expect(form.getByRole('textbox')).toHaveValue('65')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(section.getByRole('listitem').first()).toContainText('$65.00')
})

test('an exchange rate is saved once it is typed, not while it is; another tab’s is not overwritten', async ({
  chat,
  complaints,
  context,
}) => {
  complaints.expect(/status of 409/)
  const { page } = chat
  const saves: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH' && request.url().endsWith('/api/settings')) saves.push(request.postData() ?? '')
  })
  await page.goto('/settings/prices')
  const rate = page.getByRole('textbox', { name: '1 US dollar in INR' })
  await page.getByRole('combobox', { name: 'Currency' }).selectOption('INR')
  await rate.pressSequentially('88.50')
  expect(saves).toEqual([])
  await rate.press('Enter')
  await expect.poll(() => saves.length).toBe(1)
  expect(saves[0]).toContain('"exchangeRate":"88.50"')

  const other = await context.newPage()
  await other.goto('/settings/prices')
  const there = other.getByRole('textbox', { name: '1 US dollar in INR' })
  await expect(there).toHaveValue('88.50')
  await there.fill('90')
  await there.blur()
  await expect.poll(async () => (await (await page.request.get('/api/settings')).json()).exchangeRate).toBe('90')

  await rate.fill('91')
  await rate.blur()
  await expect(rate).toHaveAccessibleDescription(/The exchange rate was changed in another tab.* It’s now 90/)
  await expect(rate).toHaveValue('91')
  await page.getByRole('button', { name: 'Keep 90 INR' }).click()
  await expect(rate).toHaveValue('90')
  await expect(rate).toBeFocused()
  await rate.fill('92')
  // Left at once: what was typed goes along.
  await page.reload()
  await expect.poll(async () => (await (await page.request.get('/api/settings')).json()).exchangeRate).toBe('92')
})

test('most of a budget is used: a quiet line says so, and the settings do', async ({ chat, house, upstream }) => {
  await setPrice(chat, house.upstreamPort, { maxOutput: 100 })
  await setBudgets(chat, [{ measure: 'tokens', amount: '1000', currency: null }])
  upstream.script([{ delta: 'Well.' }, { write: finish('stop') + usage({ prompt: 800, completion: 24 }) + done }])
  await chat.ask('Well?')
  await expect(chat.page.getByText('82% of today’s budget used (824 of 1,000 tokens)')).toBeVisible()
  const section = await openBudgets(chat)
  await expect(section).toContainText('82%: 824 tokens used today')
})

test('another currency leaves no budget that nobody can change', async ({ chat, house }) => {
  await setPrice(chat, house.upstreamPort)
  await setRupees(chat)
  await setBudgets(chat, [
    { amount: '50', currency: 'INR' },
    { scope: 'month', amount: '500', currency: 'INR' },
  ])
  await chat.page.goto('/settings/prices')
  const settings = chat.page.getByRole('form', { name: 'Currency' })
  await settings.getByRole('combobox', { name: 'Currency' }).selectOption('JPY')
  const rate = settings.getByRole('textbox', { name: '1 US dollar in JPY' })
  await rate.fill('150')
  await rate.press('Enter')
  await expect(rate).toHaveValue('150')
  await chat.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Budgets' }).click()
  const section = chat.page.getByRole('region', { name: 'Budgets' })
  const [day, month] = ['Each day', 'Each month'].map((name) => section.getByRole('listitem').filter({ hasText: name }))
  if (!day || !month) return
  await expect(day).toContainText('Rill doesn’t know the exchange rate for INR')
  await chat.page.reload()
  for (const row of [day, month]) await expect(row).toContainText('Rill doesn’t know the exchange rate for INR')
  await day.getByRole('button', { name: 'Edit budget' }).click()
  const form = section.getByRole('form', { name: 'Edit budget' })
  await expect(form.getByRole('textbox', { name: 'Limit (JPY)' })).toHaveValue('')
  await form.getByRole('combobox', { name: 'Currency' }).selectOption('USD')
  await form.getByRole('textbox', { name: 'Limit (USD)' }).fill('2')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(day).toContainText('0%')
  await chat.page.goto('/')
  await chat.composer.fill('Tell me of the river')
  await expect(chat.page.getByText(/Rill has no exchange rate for INR/)).toBeVisible()
  await chat.page.getByRole('link', { name: 'Open Settings' }).click()
  await month.getByRole('button', { name: 'Remove budget' }).click()
  await month.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(section.getByRole('listitem')).toHaveCount(1)
})

test('most of a budget is used while a reply is written: what is set aside counts', async ({
  chat,
  house,
  upstream,
}) => {
  await setPrice(chat, house.upstreamPort, { maxOutput: 300 })
  await setBudgets(chat, [{ scope: 'conversation', measure: 'tokens', amount: '350', currency: null }])
  upstream.script([{ delta: 'Well.' }, { until: 'the warning is seen' }, { write: finish('stop') + done }])
  await chat.send('Well?')
  await expect(chat.page.getByText(/^\d+% of this conversation’s budget used or reserved \(/)).toBeVisible()
  upstream.open('the warning is seen')
  await chat.ended('completed')
  await expect(chat.page.getByText('is used or set aside')).toBeHidden()
})

test('what does not fit is said before it is sent, with a shorter answer that does; a send that is refused gives the text back', async ({
  chat,
  complaints,
  house,
  upstream,
}) => {
  complaints.expect(/status of 402/)
  await setPrice(chat, house.upstreamPort)
  await setRupees(chat)
  await setBudgets(chat, [{ amount: '0.4', currency: 'INR' }])
  await chat.composer.fill('Tell me of the river')
  await expect(chat.page.getByText(/could go over today’s budget: ₹0\.40 of ₹0\.40 left/)).toBeVisible()
  await chat.sendButton.click()
  const refusal = chat.page.getByRole('alert').filter({ hasText: 'Not sent' })
  await expect(refusal).toContainText(/Today’s budget is ₹0\.40/)
  await expect(chat.composer).toHaveValue('Tell me of the river')
  await expect(chat.page.getByRole('link', { name: 'Raise the budget' })).toBeVisible()
  expect(upstream.requests).toEqual([])

  upstream.script([{ delta: 'Briefly.' }, { write: finish('stop') + usage({ prompt: 5, completion: 3 }) + done }])
  const shorter = chat.page.getByRole('button', { name: /^Limit to \d+ tokens and send$/ })
  const limit = Number((await shorter.innerText()).match(/\d+/)?.[0])
  await shorter.click()
  await chat.ended('completed')
  const { body } = await upstream.request(0)
  expect(limit).toBeGreaterThan(400)
  expect([body.max_tokens, body.max_completion_tokens]).toContain(limit)
  await expect(refusal).toBeHidden()
})

test('a budget that is reached keeps the text, and another model goes on that fits in what is left', async ({
  chat,
  house,
  upstream,
}) => {
  const { page } = chat
  await setPrice(chat, house.upstreamPort, { maxOutput: 2000 })
  await setPrice(chat, house.upstreamPort, { model: 'brook-mini', input: '0.1', output: '0.4' })
  await setPrice(chat, house.upstreamPort, { model: 'scripted-large', input: '20', output: '80' })
  await setRupees(chat)
  await setBudgets(chat, [{ amount: '0.4', currency: 'INR' }])
  upstream.script([{ delta: words }, { wait: 50 }, { delta: words.repeat(60) }, { until: 'never' }])
  await chat.composer.fill('Tell me of the river')
  await page.getByRole('button', { name: /^Limit to \d+ tokens and send/ }).click()
  await chat.ended('interrupted')
  await expect(chat.reply).toContainText('Budget reached: ₹0.40 today.')
  await expect(chat.reply).toContainText('The river rises in the hills')
  for (const name of ['Retry', 'Copy'])
    await expect(chat.reply.getByRole('button', { name, exact: true })).toBeVisible()
  await expect(chat.reply.getByRole('link', { name: 'Raise', exact: true })).toHaveAttribute(
    'href',
    '/settings/budgets',
  )

  const cheaper = chat.reply.getByRole('button', { name: 'Continue with a cheaper model' })
  await cheaper.click()
  const options = page.getByRole('listbox', { name: 'Models' }).getByRole('option')
  // Nothing is left: only what is free goes on.
  await expect(options.filter({ hasText: /^rill-demo(?!-)/ })).toBeVisible()
  await expect(options.filter({ hasText: /^brook-mini/ })).toHaveCount(0)
  await setBudgets(chat, [{ amount: '1.5', currency: 'INR' }])
  await chat.reload()
  await cheaper.click()
  await expect(options.last()).toContainText(/^brook-mini/)
  await expect(options.last()).toContainText('$0.10 in, $0.40 out per million')
  await expect(options.filter({ hasText: /^scripted/ })).toHaveCount(0)
  await options.filter({ hasText: /^rill-demo(?!-)/ }).click()
  await chat.ended('completed')
  await expect(chat.replies).toHaveCount(1)
  await expect(chat.reply).toContainText('The river rises in the hills')
  await expect(chat.reply).not.toContainText('Budget reached')
  await expect(page.getByRole('button', { name: 'Model: rill-demo' })).toBeVisible()
})

for (const colorScheme of looks) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing where a budget holds something back', async ({ chat, house }) => {
      await setPrice(chat, house.upstreamPort)
      await setBudgets(chat, [
        { amount: '0.002' },
        { scope: 'generation', measure: 'tokens', amount: '900', currency: null },
      ])
      await chat.composer.fill('Tell me of the river')
      await expect(chat.page.getByText(/could go over/)).toBeVisible()
      expect(await axeComplaints(chat.page)).toEqual([])
      const section = await openBudgets(chat)
      await section.getByRole('button', { name: 'Add a budget' }).click()
      await section.getByRole('button', { name: 'Save' }).click()
      expect(await axeComplaints(chat.page)).toEqual([])
    })
  })
}
