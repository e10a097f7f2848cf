import type { Page } from '@playwright/test'
import { axeComplaints, looks } from './axe'
import { expect, test } from './fixtures'

async function openPrices(page: Page) {
  await page.goto('/settings')
  const section = page.getByRole('region', { name: 'Prices and currency' })
  await expect(section.getByRole('row').nth(3)).toBeVisible()
  return section
}

function json(name: string, value: unknown) {
  return { name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(value)) }
}

test('a price is found, changed where it stands, and reset', async ({ page, complaints }) => {
  complaints.expect(/status of 400 .*\/api\/prices/)
  const section = await openPrices(page)
  await section.getByRole('searchbox', { name: 'Find a price' }).fill('openai gpt-4o-mini')
  const row = section.getByRole('row').filter({ hasText: 'gpt-4o-mini' })
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('0.15')
  await row.getByRole('button', { name: 'Change the price of gpt-4o-mini' }).click()
  const form = section.getByRole('form', { name: 'Price of gpt-4o-mini' })
  const input = form.getByRole('textbox', { name: 'Input', exact: true })
  await expect(input).toBeFocused()
  await input.fill('a lot')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(input).toHaveAccessibleDescription(/^Input isn’t a price/)
  await input.fill('0.17')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(row).toContainText('0.17')
  await expect(row).toContainText('your own')

  await page.reload()
  await expect(section.getByRole('row').nth(1)).toContainText('gpt-4o-mini')
  await section.getByRole('button', { name: 'Change the price of gpt-4o-mini' }).first().click()
  await form.getByRole('button', { name: 'Reset' }).click()
  await section.getByRole('searchbox', { name: 'Find a price' }).fill('openai gpt-4o-mini')
  await expect(row).toContainText('0.15')
  await expect(row).not.toContainText('your own')
})

test('a model that is not listed can be added', async ({ page }) => {
  const section = await openPrices(page)
  await section.getByRole('button', { name: 'Add', exact: true }).click()
  const form = section.getByRole('form', { name: 'Add a price' })
  await form.getByRole('textbox', { name: 'Provider' }).fill('http://localhost:8000/v1')
  await form.getByRole('textbox', { name: 'Model' }).fill('creek')
  await form.getByRole('textbox', { name: 'Input', exact: true }).fill('0')
  await form.getByRole('textbox', { name: 'Output' }).fill('1.5')
  await form.getByRole('textbox', { name: 'Currency' }).fill('inr')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(section.getByRole('row').filter({ hasText: 'creek' })).toContainText(
    'localhost:8000 · in INR · your own',
  )
})

test('a file of prices comes in whole, or says which row is wrong', async ({ page, complaints }) => {
  complaints.expect(/status of 400 .*\/api\/prices/)
  const section = await openPrices(page)
  const file = section.getByLabel('A file of prices')
  const row = { provider: 'api.example.com', model: 'brook', input: 1, output: 2 }
  await file.setInputFiles(json('wrong.json', [row, { ...row, model: 'creek', output: 'much' }]))
  await expect(section.getByRole('status')).toContainText('Nothing was imported. Row 2: Output isn’t a price')
  await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('brook: 1') })
  await expect(section.getByRole('status')).toContainText('That file is not JSON')
  await file.setInputFiles(json('mine.json', { prices: [row, { ...row, model: 'creek' }] }))
  await expect(section.getByRole('status')).toHaveText('The prices of mine.json are in.')
  await expect(section.getByRole('row').nth(1)).toContainText('brook')
  await section.getByRole('button', { name: 'Reset all 2 of your own' }).click()
  await expect(section.getByRole('row').filter({ hasText: 'brook' })).toHaveCount(0)
})

test('costs are shown in a currency of one’s own, once its rate is there', async ({ page }) => {
  const section = await openPrices(page)
  await expect(section).toContainText('a thousand tokens at $10 a million cost $0.01.')
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
        .getByRole('button', { name: /^Change the price/ })
        .first()
        .click()
      await section.getByRole('button', { name: 'Add', exact: true }).click()
      expect(await axeComplaints(page)).toEqual([])
    })
  })
}
