import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'
import { axeComplaints, looks } from './axe'

async function openPrices(page: Page) {
  await page.goto('/settings/prices')
  const section = page.getByRole('region', { name: 'Prices', exact: true })
  await expect(section.getByRole('row').nth(3)).toBeVisible()
  return section
}

function json(name: string, value: unknown) {
  return { name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) }
}

test('a price is found, changed where it stands, and reset', async ({ page, complaints }) => {
  complaints.expect(/status of 400 .*\/api\/prices/)
  const section = await openPrices(page)
  await section.getByRole('searchbox', { name: 'Search prices' }).fill('openai gpt-4o-mini')
  const row = section.getByRole('row').filter({ hasText: 'gpt-4o-mini' })
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('0.15')
  await row.getByRole('button', { name: 'Edit the price of gpt-4o-mini' }).click()
  const form = section.getByRole('form', { name: 'Price of gpt-4o-mini' })
  const input = form.getByRole('textbox', { name: 'Input', exact: true })
  await expect(input).toBeFocused()
  await input.fill('a lot')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(input).toHaveAccessibleDescription(/^Input isn’t a price/)
  await input.fill('0.17')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(row).toContainText('0.17')
  await expect(row).toContainText('OpenAI · custom')
  const edit = row.getByRole('button', { name: 'Edit the price of gpt-4o-mini' })
  await expect(edit).toBeFocused()
  await expect(page.getByText('Price saved.')).toBeVisible()

  await page.reload()
  await section.getByRole('checkbox', { name: 'Only your custom prices' }).check()
  await expect(section.getByRole('row')).toHaveCount(2)
  await edit.click()
  await form.getByRole('button', { name: 'Reset to list price' }).click()
  await expect(form.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await form.getByRole('button', { name: 'Reset', exact: true }).click()
  await expect(page.getByText('List price restored.')).toBeVisible()
  await section.getByRole('searchbox', { name: 'Search prices' }).fill('openai gpt-4o-mini')
  await expect(row).toContainText('0.15')
  await expect(row).not.toContainText('custom')
})

test('a model that is not listed can be added', async ({ page }) => {
  const section = await openPrices(page)
  await section.getByRole('button', { name: 'Add price' }).click()
  const form = section.getByRole('form', { name: 'Add a price' })
  const provider = form.getByRole('combobox', { name: 'Provider' })
  await expect(provider).toBeFocused()
  // A name is all that people know of the operator's.
  await provider.selectOption('This server')
  await form.getByRole('combobox', { name: 'Model' }).fill('scripted')
  await form.getByRole('textbox', { name: 'Input', exact: true }).fill('1')
  await form.getByRole('textbox', { name: 'Output' }).fill('3')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(section.getByRole('row').filter({ hasText: 'scripted' })).toContainText('This server · custom')
  await expect(section.getByRole('button', { name: 'Add price' })).toBeFocused()

  await section.getByRole('button', { name: 'Add price' }).click()
  await provider.selectOption('Other…')
  await form.getByRole('textbox', { name: 'Host' }).fill('http://localhost:8000/v1')
  await form.getByRole('combobox', { name: 'Model' }).fill('creek')
  await form.getByRole('textbox', { name: 'Input', exact: true }).fill('0')
  await form.getByRole('textbox', { name: 'Output' }).fill('1.5')
  await form.getByRole('textbox', { name: 'Currency' }).fill('inr')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(section.getByRole('row').filter({ hasText: 'creek' })).toContainText('localhost:8000 · in INR · custom')
})

test('a file of prices comes in whole, or says which row is wrong', async ({ page, complaints }) => {
  complaints.expect(/status of 400 .*\/api\/prices/)
  const section = await openPrices(page)
  const file = section.getByLabel('A file of prices')
  const row = { provider: 'api.example.com', model: 'brook', input: 1, output: 2 }
  await file.setInputFiles(json('wrong.json', [row, { ...row, model: 'creek', output: 'much' }]))
  await expect(section.getByRole('status')).toContainText('Nothing was imported. Row 2: Output isn’t a price')
  await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('brook: 1') })
  await expect(section.getByRole('status')).toContainText('That file isn’t JSON')
  await file.setInputFiles(json('mine.json', { prices: [row, { ...row, model: 'creek' }] }))
  await expect(section.getByRole('status')).toHaveText('Imported prices from mine.json.')
  await expect(section.getByRole('row').nth(1)).toContainText('brook')
  await section.getByRole('button', { name: 'Reset your 2 custom prices' }).click()
  await section.getByRole('button', { name: 'Reset', exact: true }).click()
  await expect(section.getByRole('row').filter({ hasText: 'brook' })).toHaveCount(0)
})

test('costs are shown in a currency of one’s own, once its rate is there', async ({ page }) => {
  const section = await openPrices(page)
  await expect(section).toContainText('1,000 tokens at $10 per million cost $0.01.')
  await section.getByRole('combobox', { name: 'Currency' }).selectOption('INR')
  await expect(section).toContainText('Enter the rate')
  const saved = page.waitForResponse(async (response) => {
    return response.url().endsWith('/api/settings') && (await response.text()).includes('"88.5"')
  })
  await section.getByRole('textbox', { name: '1 US dollar in INR' }).fill('88.5')
  await section.getByRole('textbox', { name: '1 US dollar in INR' }).press('Enter')
  await expect(section).toContainText('cost ₹0.89.')
  await saved
  await page.reload()
  await expect(section).toContainText('cost ₹0.89.')
  await section.getByRole('textbox', { name: '1 US dollar in INR' }).fill('none')
  await expect(section.getByRole('textbox', { name: '1 US dollar in INR' })).toHaveAttribute('aria-invalid', 'true')
})

for (const colorScheme of looks) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('axe finds nothing on the prices, nor while one is changed', async ({ page }) => {
      const section = await openPrices(page)
      await section
        .getByRole('button', { name: /^Edit the price/ })
        .first()
        .click()
      await section.getByRole('button', { name: 'Add price' }).click()
      expect(await axeComplaints(page)).toEqual([])
    })
  })
}
