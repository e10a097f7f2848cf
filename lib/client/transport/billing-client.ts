import {
  type BudgetState,
  budgetList,
  type Estimate,
  estimate,
  type StoredBudget,
} from '@/lib/protocol/billing/budgets'
import { type OwnPrice, type PriceList, priceList } from '@/lib/protocol/billing/prices'
import {
  type ConversationSpending,
  conversationSpending,
  type GenerationDetails,
  generationDetails,
} from '@/lib/protocol/details'
import type { BudgetChange, NewBudget } from '@/lib/protocol/requests/budgets'
import type { EstimateRequest } from '@/lib/protocol/requests/turns'
import { createCalls, withBody } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'
import { conversationPath } from './chat-client'

/** The calls about tokens, prices and budgets. No page needs them at first. */
export function createBillingClient(environment: Pick<BrowserEnvironment, 'origin' | 'signIn'>) {
  const { json } = createCalls(environment)
  return {
    /** What a prompt would cost, before it is sent. */
    estimate: (prompt: EstimateRequest, signal: AbortSignal): Promise<Estimate> =>
      json(estimate, '/api/estimate', { ...withBody('POST', prompt), signal }),
    generation: (id: string, signal: AbortSignal): Promise<GenerationDetails> =>
      json(generationDetails, `/api/generations/${encodeURIComponent(id)}`, { signal }),
    spending: (conversationId: string, signal: AbortSignal): Promise<ConversationSpending> =>
      json(conversationSpending, `${conversationPath(conversationId)}/spending`, { signal }),
    /** How the budgets stand, and with an id, how that conversation's does. */
    budgets: async (conversationId?: string, signal?: AbortSignal): Promise<BudgetState[]> => {
      const query = conversationId ? `?${new URLSearchParams({ conversationId })}` : ''
      return (await json(budgetList, `/api/budgets${query}`, { signal })).budgets
    },
    /** Adds a budget. Returns all of them as they stand, as the next two do. */
    addBudget: async (budget: NewBudget): Promise<BudgetState[]> =>
      (await json(budgetList, '/api/budgets', withBody('POST', budget))).budgets,
    /** Changes the amount of a budget, if its version is still the one that the person saw. */
    changeBudget: async (id: string, change: BudgetChange): Promise<BudgetState[]> =>
      (await json(budgetList, budgetPath(id), withBody('PATCH', change))).budgets,
    removeBudget: async ({ id, version }: StoredBudget): Promise<BudgetState[]> =>
      (await json(budgetList, `${budgetPath(id)}?version=${version}`, withBody('DELETE'))).budgets,
    prices: (): Promise<PriceList> => json(priceList, '/api/prices'),
    /** Adds or changes the person's own prices. They may come from a file, so only the server checks them. */
    savePrices: (prices: unknown): Promise<PriceList> => json(priceList, '/api/prices', withBody('PUT', { prices })),
    /** Removes the person's own price of a model, or all of their own. */
    resetPrices: (one?: Pick<OwnPrice, 'provider' | 'model' | 'version'>): Promise<PriceList> =>
      json(priceList, `/api/prices${one ? `?${priceQuery(one)}` : ''}`, withBody('DELETE')),
  }
}

const budgetPath = (id: string) => `/api/budgets/${encodeURIComponent(id)}`
const priceQuery = ({ provider, model, version }: Pick<OwnPrice, 'provider' | 'model' | 'version'>) =>
  new URLSearchParams({ provider, model, version: String(version) })
