import * as z from 'zod/mini'
import { errorBody } from '@/lib/protocol/api'
import type { Problem } from '@/lib/protocol/events'
import type { BrowserEnvironment } from './browser-environment'

// The page's Content-Security-Policy forbids the eval with which zod would speed itself up.
if (typeof window !== 'undefined') z.config({ jitless: true })

const answerTimeoutMs = 30_000

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

export const unreadable: Problem = {
  kind: 'internal',
  message: 'The server sent something this page doesn’t understand. Reload the page; it may be out of date.',
  retryable: true,
}

/** A call that the server refused, failed or never received. `status` is 0 when no answer came. */
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

/** The problem to show for anything that a call may throw. */
export function problemFrom(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : unreachable
}

/**
 * Calls of Rill's JSON API. Each throws an `ApiError` and nothing else; a 401 also leads to the sign-in page.
 */
export function createCalls({ origin, signIn }: Pick<BrowserEnvironment, 'origin' | 'signIn'>) {
  async function call(path: string, init: RequestInit): Promise<Response> {
    const response = await reached(fetch(origin + path, { cache: 'no-store', ...init }))
    if (response.ok) return response
    const problem = await refusal(response)
    if (response.status === 401 && problem.kind === 'auth') signIn()
    // Rill sends seconds. A date, as some proxies send, is ignored.
    const seconds = Number(response.headers.get('Retry-After'))
    throw new ApiError(response.status, problem, seconds > 0 ? seconds * 1000 : 0)
  }

  async function json<T>(
    schema: z.ZodMiniType<T>,
    path: string,
    init: RequestInit = {},
    timeoutMs = answerTimeoutMs,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(timeoutMs)
    const response = await call(path, {
      ...init,
      signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
    })
    const parsed = schema.safeParse(await parsedBody(response))
    if (!parsed.success) throw new ApiError(response.status, unreadable)
    return parsed.data
  }

  async function done(method: string, path: string, body?: object): Promise<void> {
    await call(path, { ...withBody(method, body), signal: AbortSignal.timeout(answerTimeoutMs) })
  }
  return { call, json, done }
}

export function withBody(method: string, body?: object): RequestInit {
  if (!body) return { method }
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError'
    throw new ApiError(0, timedOut ? tooSlow : unreachable)
  }
}

/** The body as JSON; undefined, which no schema accepts, for anything else. */
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
  const isTransient = response.status >= 500
  return {
    kind: isTransient ? 'upstream' : 'internal',
    message: isTransient
      ? `Rill’s server isn’t available right now (${response.status}). Try again in a moment.`
      : `Rill’s server rejected this without saying why (${response.status}). Reload the page and try again.`,
    upstreamStatus: response.status,
    retryable: isTransient,
  }
}
