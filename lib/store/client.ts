import * as z from 'zod/mini'
import {
  type Conversation,
  type ConversationPage,
  conversation,
  conversationPage,
  errorBody,
  type ModelList,
  modelList,
  type Provider,
  type ProviderList,
  type ProviderTest,
  provider,
  providerList,
  providerTest,
  type Settings,
  settings,
} from '@/lib/protocol/api'
import { type Budget, type BudgetState, budgetList, type Estimate, estimate } from '@/lib/protocol/budgets'
import {
  type ConversationSpending,
  conversationSpending,
  type GenerationDetails,
  generationDetails,
} from '@/lib/protocol/details'
import type { Problem } from '@/lib/protocol/events'
import { type PriceList, priceList } from '@/lib/protocol/prices'
import type { Page } from './page'

// The page's Content-Security-Policy forbids the eval with which zod would speed itself up.
if (typeof window !== 'undefined') z.config({ jitless: true })

const answerLimit = 30_000
/** A model may have to be loaded from disk before it answers its first test. */
const testLimit = 90_000

/** A prompt on its way to the server. The same `turnId` again is the same turn. */
interface ChatRequest {
  conversationId?: string
  parentId?: string | null
  turnId: string
  text: string
  model: string
  settings?: { maxTokens: number }
}

/** A reply that is asked for again. */
type AgainRequest = Pick<ChatRequest, 'turnId' | 'model'>

/** A prompt as it stands in the box, to be estimated. */
type EstimateRequest = Pick<ChatRequest, 'conversationId' | 'parentId' | 'text' | 'model'>

/** A provider as the settings page sends it. An absent key, or absent headers, keep what is stored. */
export interface ProviderChange {
  name: string
  baseUrl: string
  apiKey?: string
  headers?: Record<string, string>
  firstTokenTimeoutMs: number | null
  idleTimeoutMs: number | null
}

const unreachable: Problem = {
  kind: 'network',
  message: 'Rill’s server cannot be reached. Check that it is running and that you are connected, then try again.',
  retryable: true,
}

const tooSlow: Problem = {
  kind: 'timeout',
  message: 'Rill’s server took too long to answer. Try again in a moment.',
  retryable: true,
}

const notOurs: Problem = {
  kind: 'internal',
  message: 'The answer was not one that this page understands. Reload the page: it may be older than the server.',
  retryable: true,
}

/** A call that the server refused, failed or never heard. `status` is 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Problem

  constructor(status: number, problem: Problem) {
    super(problem.message)
    this.status = status
    this.problem = problem
  }
}

/** What to tell a person about anything that a call may throw. */
export function problemOf(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : unreachable
}

export type Client = ReturnType<typeof createClient>

/**
 * Rill's JSON API, typed. Every call throws an `ApiError`, and nothing else; one that says "sign in first" also leaves
 * for the sign-in page.
 */
export function createClient({ origin, signIn }: Pick<Page, 'origin' | 'signIn'>) {
  async function call(path: string, init: RequestInit): Promise<Response> {
    const response = await reached(fetch(origin + path, { cache: 'no-store', ...init }))
    if (response.ok) return response
    const problem = await refusal(response)
    if (response.status === 401 && problem.kind === 'auth') signIn()
    throw new ApiError(response.status, problem)
  }

  async function json<T>(
    schema: z.ZodMiniType<T>,
    path: string,
    init: RequestInit = {},
    limit = answerLimit,
  ): Promise<T> {
    const late = AbortSignal.timeout(limit)
    const response = await call(path, { ...init, signal: init.signal ? AbortSignal.any([init.signal, late]) : late })
    const parsed = schema.safeParse(await parsedBody(response))
    if (!parsed.success) throw new ApiError(response.status, notOurs)
    return parsed.data
  }

  async function done(method: string, path: string, body?: object): Promise<void> {
    await call(path, { ...withBody(method, body), signal: AbortSignal.timeout(answerLimit) })
  }

  return {
    chat: (turn: ChatRequest, signal: AbortSignal): Promise<Response> =>
      call('/api/chat', { ...withBody('POST', turn), signal }),
    /** Asks for the reply of a generation again. */
    again: (verb: 'continue' | 'regenerate', generationId: string, turn: AgainRequest, signal: AbortSignal) =>
      call(`/api/generations/${encodeURIComponent(generationId)}/${verb}`, { ...withBody('POST', turn), signal }),
    /** Several logs, each after a `seq`, in one response. */
    events: (cursors: Map<string, number>, signal: AbortSignal): Promise<Response> => {
      const from = Array.from(cursors, ([id, after]) => `${encodeURIComponent(id)}:${after}`)
      return call(`/api/generations/events?from=${from.join(',')}`, { signal })
    },
    stop: (generationId: string): Promise<void> =>
      done('POST', `/api/generations/${encodeURIComponent(generationId)}/stop`),
    retryNow: (generationId: string): Promise<void> =>
      done('POST', `/api/generations/${encodeURIComponent(generationId)}/retry`),
    conversations: (cursor: string | null): Promise<ConversationPage> =>
      json(conversationPage, `/api/conversations${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`),
    conversation: (id: string): Promise<Conversation> => json(conversation, conversationPath(id)),
    change: (id: string, change: { title?: string; model?: string; deleted?: false }): Promise<void> =>
      done('PATCH', conversationPath(id), change),
    remove: (id: string): Promise<void> => done('DELETE', conversationPath(id)),
    models: (): Promise<ModelList> => json(modelList, '/api/models'),
    saveSettings: (change: Partial<Settings>): Promise<Settings> =>
      json(settings, '/api/settings', withBody('PATCH', change)),
    /** What a prompt would come to, before it is sent. */
    estimate: (prompt: EstimateRequest, signal: AbortSignal): Promise<Estimate> =>
      json(estimate, '/api/estimate', { ...withBody('POST', prompt), signal }),
    generation: (id: string, signal: AbortSignal): Promise<GenerationDetails> =>
      json(generationDetails, `/api/generations/${encodeURIComponent(id)}`, { signal }),
    spending: (conversationId: string, signal: AbortSignal): Promise<ConversationSpending> =>
      json(conversationSpending, `${conversationPath(conversationId)}/spending`, { signal }),
    budgets: async (): Promise<BudgetState[]> => (await json(budgetList, '/api/budgets')).budgets,
    /** Puts these budgets in the place of all there were. */
    saveBudgets: async (budgets: Budget[]): Promise<BudgetState[]> =>
      (await json(budgetList, '/api/budgets', withBody('PUT', { budgets }))).budgets,
    prices: (): Promise<PriceList> => json(priceList, '/api/prices'),
    /** Adds prices of one's own or changes them. What they are made of is the server's to check. */
    savePrices: (prices: unknown): Promise<PriceList> => json(priceList, '/api/prices', withBody('PUT', { prices })),
    /** Removes one's own price of a model; all of one's own when none is named. */
    resetPrices: (one?: { provider: string; model: string }): Promise<PriceList> =>
      json(priceList, `/api/prices${one ? `?${new URLSearchParams(one)}` : ''}`, withBody('DELETE')),
    providers: (): Promise<ProviderList> => json(providerList, '/api/providers'),
    /** Stores a provider: a new one when there is no id. */
    saveProvider: (id: string | null, change: ProviderChange): Promise<Provider> =>
      id === null
        ? json(provider, '/api/providers', withBody('POST', change))
        : json(provider, providerPath(id), withBody('PATCH', change)),
    deleteProvider: (id: string): Promise<void> => done('DELETE', providerPath(id)),
    /** Tries a provider as it stands in the form; with the id of a stored one, an absent key is its own. */
    testProvider: (change: ProviderChange & { id?: string }): Promise<ProviderTest> =>
      json(providerTest, '/api/providers/test', withBody('POST', change), testLimit),
  }
}

const providerPath = (id: string) => `/api/providers/${encodeURIComponent(id)}`
const conversationPath = (id: string) => `/api/conversations/${encodeURIComponent(id)}`

function withBody(method: string, body?: object): RequestInit {
  if (!body) return { method }
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw new ApiError(0, late ? tooSlow : unreachable)
  }
}

/** The body as JSON; undefined, which no schema takes, when it is not. */
async function parsedBody(response: Response): Promise<unknown> {
  const text = await reached(response.text())
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function refusal(response: Response): Promise<Problem> {
  const parsed = errorBody.safeParse(await parsedBody(response))
  if (parsed.success) return parsed.data.error
  const passing = response.status >= 500
  return {
    kind: passing ? 'upstream' : 'internal',
    message: passing
      ? `The server cannot answer just now (status ${response.status}). Try again in a moment.`
      : `The server refused this without saying why (status ${response.status}). Reload the page and try again.`,
    upstreamStatus: response.status,
    retryable: passing,
  }
}
