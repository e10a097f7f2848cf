import 'server-only'
import { createHash } from 'node:crypto'
import { processSingleton } from '@/lib/process'
import type { DemoMessage } from './replies'

/** An error as an OpenAI server words it. */
export interface Refusal {
  status: number
  message: string
  type: string
  code: string | null
  param?: string
  headers?: Record<string, string>
}

/** Each is the wait after one refused try; the next try is let through. */
const retryAfterSeconds = [2, 3]
/** A try within this time after the one before, in milliseconds, counts as the next. */
const rememberedMs = 10 * 60_000
const mostRemembered = 1000

export const serverError: Refusal = {
  status: 500,
  message: 'The server had an error while processing your request. (This is the demo model; you asked for this error.)',
  type: 'server_error',
  code: 'server_error',
}

/** Refuses the first two tries of these messages, and answers null to the third. Then it begins anew. */
export function rateLimit(model: string, messages: DemoMessage[]): Refusal | null {
  const refused = processSingleton('demo rate limits', () => new Map<string, { tries: number; at: number }>())
  const turn = createHash('sha256')
    .update(JSON.stringify([model, messages]))
    .digest('base64')
  const before = refused.get(turn)
  refused.delete(turn)
  const tries = before !== undefined && Date.now() - before.at < rememberedMs ? before.tries : 0
  const seconds = retryAfterSeconds[tries]
  if (seconds === undefined) return null
  refused.set(turn, { tries: tries + 1, at: Date.now() })
  for (const oldest of refused.keys()) {
    if (refused.size <= mostRemembered) break
    refused.delete(oldest)
  }
  return {
    status: 429,
    message: `Rate limit reached for ${model}. Please try again in ${seconds}s. (This is the demo model; you asked for this error.)`,
    type: 'requests',
    code: 'rate_limit_exceeded',
    headers: { 'Retry-After': String(seconds) },
  }
}

export function unknownModel(model: string): Refusal {
  return {
    status: 404,
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
  }
}

export function invalidRequest(message: string, param?: string): Refusal {
  return { status: 400, message, type: 'invalid_request_error', code: null, param }
}

export function unknownPath(method: string, path: string): Refusal {
  return { status: 404, message: `Invalid URL (${method} ${path})`, type: 'invalid_request_error', code: null }
}
