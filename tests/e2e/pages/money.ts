import { expect } from '@playwright/test'
import { type Budget, budgetList } from '../../../lib/protocol/billing/budgets'
import type { Chat } from '../chat'

/** Says what a model of the scripted upstream costs per million tokens, and how much it can read. */
export async function setPrice(
  chat: Chat,
  upstreamPort: number,
  { model = 'scripted', input = '2', output = '8', contextWindow = 4000, maxOutput = 1000 } = {},
): Promise<void> {
  const provider = `127.0.0.1:${upstreamPort}`
  await put(chat, '/api/prices', {
    prices: [{ provider, model, input, output, currency: 'USD', contextWindow, maxOutput }],
  })
}

/** Puts these budgets in the place of all there are. */
export async function setBudgets(chat: Chat, budgets: Partial<Budget>[]): Promise<void> {
  const { request } = chat.page
  const headers = { origin: new URL(chat.page.url()).origin }
  const { budgets: before } = budgetList.parse(await (await request.get('/api/budgets')).json())
  for (const { id, version } of before)
    expect((await request.delete(`/api/budgets/${id}?version=${version}`, { headers })).status()).toBe(200)
  for (const budget of budgets) {
    const data = { scope: 'day', measure: 'cost', currency: 'USD', ...budget }
    expect((await request.post('/api/budgets', { data, headers })).status()).toBe(201)
  }
}

/** A person who counts in rupees. */
export async function setRupees(chat: Chat): Promise<void> {
  const origin = new URL(chat.page.url()).origin
  const data = { currency: 'INR', exchangeRate: '100' }
  const response = await chat.page.request.patch('/api/settings', { data, headers: { origin } })
  expect(response.status()).toBe(200)
  await chat.reload()
}

async function put(chat: Chat, path: string, data: object): Promise<void> {
  const origin = new URL(chat.page.url()).origin
  const response = await chat.page.request.put(path, { data, headers: { origin } })
  expect(await response.text()).toContain('"')
  expect(response.status()).toBe(200)
}
