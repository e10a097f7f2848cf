import * as z from 'zod/mini'
import {
  type Conversation,
  type ConversationPage,
  conversation,
  conversationPage,
  errorBody,
  type ModelList,
  modelList,
  type Settings,
  settings,
} from '@/lib/protocol/api'
import type { Problem } from '@/lib/protocol/events'
import { type Message, message } from '@/lib/protocol/messages'
import type { Page } from './browser-environment'

// The page's Content-Security-Policy forbids the eval with which zod would speed itself up.
if (typeof window !== 'undefined') z.config({ jitless: true })

const answerLimit = 30_000

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
type AgainRequest = Pick<ChatRequest, 'turnId' | 'model'> & { maxTokens?: number }

const unreachable: Problem = {
  kind: 'network',
  message: 'Can’t reach Rill’s server. Check that it’s running and that you’re online, then try again.',
  retryable: true,
}

const tooSlow: Problem = {
  kind: 'timeout',
  message: 'Rill’s server took too long to respond. Try again in a moment.',
  retryable: true,
}

const notOurs: Problem = {
  kind: 'internal',
  message: 'The server sent something this page doesn’t understand. Reload the page; it may be out of date.',
  retryable: true,
}

/** A call that the server refused, failed or never heard. `status` is 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Problem
  /** How long the server asks to wait before the next try; 0 when it does not say. */
  readonly retryAfterMs: number

  constructor(status: number, problem: Problem, retryAfterMs = 0) {
    super(problem.message)
    this.status = status
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }
}

/** What to tell a person about anything that a call may throw. */
export function problemOf(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : unreachable
}

export type Client = ReturnType<typeof createClient>

/**
 * How Rill's JSON API is called. Every call throws an `ApiError`, and nothing else; one that says "sign in first" also
 * leaves for the sign-in page.
 */
export function createCalls({ origin, signIn }: Pick<Page, 'origin' | 'signIn'>) {
  async function call(path: string, init: RequestInit): Promise<Response> {
    const response = await reached(fetch(origin + path, { cache: 'no-store', ...init }))
    if (response.ok) return response
    const problem = await refusal(response)
    if (response.status === 401 && problem.kind === 'auth') signIn()
    // Rill says it in seconds. A date, as a proxy may give, is no number.
    const seconds = Number(response.headers.get('Retry-After'))
    throw new ApiError(response.status, problem, seconds > 0 ? seconds * 1000 : 0)
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
  return { call, json, done }
}

/** What every page asks of the API, typed. What only some ask is in `further-client.ts`. */
export function createClient(page: Pick<Page, 'origin' | 'signIn'>) {
  const { call, json, done } = createCalls(page)
  return {
    /** For a page whose calls are its own: what they answer is known to that page alone, and costs the others nothing. */
    read: <T>(schema: z.ZodMiniType<T>, path: string): Promise<T> => json(schema, path),
    post: <T>(schema: z.ZodMiniType<T>, path: string, body: object, headers: Record<string, string> = {}): Promise<T> =>
      json(schema, path, { ...withBody('POST', body), headers: { 'Content-Type': 'application/json', ...headers } }),
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
    conversations: (cursor: string | null): Promise<ConversationPage> =>
      json(conversationPage, `/api/conversations${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`),
    /** All of a conversation, or the newest so many of its messages. */
    conversation: async (id: string, newest?: number): Promise<Conversation> =>
      await conversationIn(await json(unreadConversation, conversationPath(id) + (newest ? `?newest=${newest}` : ''))),
    change: (id: string, change: { title?: string; model?: string; deleted?: false }): Promise<void> =>
      done('PATCH', conversationPath(id), change),
    remove: (id: string): Promise<void> => done('DELETE', conversationPath(id)),
    models: (): Promise<ModelList> => json(modelList, '/api/models'),
    settings: (): Promise<Settings> => json(settings, '/api/settings'),
    /** A change of settings that are still as `seen`. It is sent even when the page is being left. */
    saveSettings: (change: Partial<Settings>, seen?: Partial<Settings>): Promise<Settings> =>
      json(settings, '/api/settings', { ...withBody('PATCH', { ...change, seen }), keepalive: true }),
  }
}

/** Of a conversation's messages there may be thousands: they are looked at one by one. */
const unreadConversation = z.extend(conversation, { messages: z.array(z.unknown()) })

/** In milliseconds: half a frame. */
const slice = 8

/** A conversation with its messages, read in slices, so that the page goes on meanwhile. @throws {ApiError} */
async function conversationIn(unread: z.infer<typeof unreadConversation>): Promise<Conversation> {
  const messages: Message[] = []
  let began = performance.now()
  for (const each of unread.messages) {
    const parsed = message.safeParse(each)
    if (!parsed.success) throw new ApiError(200, notOurs)
    messages.push(parsed.data)
    if (performance.now() - began < slice) continue
    await new Promise((resolve) => setTimeout(resolve))
    began = performance.now()
  }
  return { ...unread, messages }
}

export const conversationPath = (id: string) => `/api/conversations/${encodeURIComponent(id)}`

export function withBody(method: string, body?: object): RequestInit {
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
      ? `Rill’s server isn’t available right now (${response.status}). Try again in a moment.`
      : `Rill’s server rejected this without saying why (${response.status}). Reload the page and try again.`,
    upstreamStatus: response.status,
    retryable: passing,
  }
}
