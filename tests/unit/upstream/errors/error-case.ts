import type { ErrorKind } from '@/lib/protocol/events'

/** An error as a provider or a gateway sends it, and how Rill reports it. */
export interface ErrorCase {
  from: string
  /** The HTTP status; undefined for an error inside a 200. */
  status?: number
  body: unknown
  kind: ErrorKind
  /** The wait before a retry, in milliseconds; null for Rill's own backoff; undefined for no retry. */
  again?: number | null
  /** How the displayed message starts. */
  says: string
  /** The next step in the message. */
  next?: RegExp
}

export const error = (message: string, more: object = {}) => ({ error: { message, ...more } })
export const openai = (message: string, type: string, code: string | null = null, param: string | null = null) =>
  error(message, { type, param, code })
export const gemini = (code: number, message: string, status: string, details?: object[]) => [
  error(message, { code, status, ...(details ? { details } : {}) }),
]
export const quotaFailure = (...ids: string[]) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: ids.map((quotaId) => ({
    quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
    quotaId,
    quotaValue: '10',
  })),
})
export const help = {
  '@type': 'type.googleapis.com/google.rpc.Help',
  links: [
    { description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' },
  ],
}
export const retryInfo = (retryDelay: string) => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay })
export const openrouter = (code: number, raw: unknown, more: object = {}) =>
  error('Provider returned error', {
    code,
    metadata: { raw: typeof raw === 'string' ? raw : JSON.stringify(raw), provider_name: 'Crucible', ...more },
  })
