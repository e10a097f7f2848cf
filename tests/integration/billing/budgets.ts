import { type BudgetState, budgetList, type Estimate, estimate } from '@/lib/protocol/billing/budgets'
import { type PriceList, priceList } from '@/lib/protocol/billing/prices'
import type { RillServer } from '../../rill-server'
import { Client } from '../client'
import type { House } from '../house'

/** A model whose tokenizer is known. */
export const model = 'gpt-4o'
/** A word that is one token of it. */
export const WORD = ' the'

/** Says what the model costs: one dollar a million tokens in, and two out. */
export async function setPrice({ upstream }: House, client: Client, more: object = {}): Promise<PriceList> {
  const provider = new URL(upstream.baseUrl).host
  const prices = [{ provider, model, input: '1', output: '2', ...more }]
  return await client.ask(priceList, 'PUT', '/api/prices', { prices })
}

/** A budget as it is sent. */
export function cap(scope: string, measure: 'cost' | 'tokens', amount: string, currency = 'USD') {
  return { scope, measure, amount, ...(measure === 'cost' ? { currency } : {}) }
}

/** Puts these budgets in the place of all there are. */
export async function setBudgets(client: Client, ...budgets: object[]): Promise<BudgetState[]> {
  for (const { id, version } of await budgetsOf(client))
    await client.ask(budgetList, 'DELETE', `/api/budgets/${id}?version=${version}`)
  for (const budget of budgets) await client.ask(budgetList, 'POST', '/api/budgets', budget)
  return await budgetsOf(client)
}

export async function budgetsOf(client: Client, query = ''): Promise<BudgetState[]> {
  return (await client.ask(budgetList, 'GET', `/api/budgets${query}`)).budgets
}

export async function estimated(client: Client, draft: object): Promise<Estimate> {
  return await client.ask(estimate, 'POST', '/api/estimate', { model, ...draft })
}

/** The same browser at another instance. */
export function sameBrowser(rill: RillServer, client: Client): Client {
  const other = new Client(() => rill.url)
  other.cookie = client.cookie
  return other
}
