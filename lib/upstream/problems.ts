import 'server-only'
import { APIConnectionTimeoutError, APIError } from 'openai'
import { errors } from 'undici'
import type { ErrorKind, Problem } from '@/lib/protocol/events'
import { isFields } from './chunk'
import { cleanMessage, isMarkup } from './clean'
import {
  emptyAnswer,
  malformed,
  ProblemError,
  problemOf,
  slowFirstContent,
  slowHeaders,
  unreadableFormat,
  unsendable,
  webPage,
  words,
} from './words'

/** What the provider's own codes mean. A Map, because the codes are the provider's to choose. */
const kindsByCode = new Map<string, ErrorKind>([
  ['invalid_api_key', 'auth'],
  ['authentication_error', 'auth'],
  ['invalid_authentication', 'auth'],
  ['insufficient_quota', 'quota'],
  ['insufficient_balance', 'quota'],
  ['billing_hard_limit_reached', 'quota'],
  ['billing_not_active', 'quota'],
  ['rate_limit_exceeded', 'rate_limit'],
  ['rate_limit_error', 'rate_limit'],
  ['rate_limit_reached', 'rate_limit'],
  ['too_many_requests', 'rate_limit'],
  ['context_length_exceeded', 'context_length'],
  ['exceed_context_size_error', 'context_length'],
  ['string_above_max_length', 'context_length'],
  ['content_filter', 'content_filter'],
  ['content_policy_violation', 'content_filter'],
  ['model_not_found', 'model_not_found'],
  ['model_not_available', 'model_not_found'],
  ['model_decommissioned', 'model_not_found'],
  ['deploymentnotfound', 'model_not_found'],
  ['overloaded_error', 'upstream'],
  ['server_error', 'upstream'],
  ['api_error', 'upstream'],
  ['timeout', 'timeout'],
])

/** What the provider's words mean, where neither code nor status says it. */
const kindsByWords: [RegExp, ErrorKind][] = [
  [
    /context (?:length|window|size)|maximum context|too many (?:input )?tokens|prompt is too long|token limit/i,
    'context_length',
  ],
  [/insufficient (?:quota|balance|credit|fund)|exceeded your current quota|out of credit|billing/i, 'quota'],
  [/content (?:filter|policy|management)|moderation|flagged as/i, 'content_filter'],
  [
    /model\b.{0,80}\b(?:not found|does(?: not|n[’']t) exist|not exist|decommissioned|not available)|(?:no such|unknown|invalid) model/i,
    'model_not_found',
  ],
  [/rate.?limit|too many requests/i, 'rate_limit'],
  [/api key not valid|(?:invalid|incorrect|missing|no) api.?key/i, 'auth'],
]

function kindByStatus(status: number | undefined): ErrorKind {
  if (status === undefined) return 'upstream'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 404) return 'not_found'
  if (status === 408 || status === 504 || status === 524) return 'timeout'
  if (status === 429) return 'rate_limit'
  if (status === 409 || status >= 500) return 'upstream'
  return 'bad_request'
}

/**
 * What went wrong, from an error object as a provider wrote it, in a body or in the middle of a stream.
 * `status` is the HTTP status; without one, a number in the object counts as one.
 */
export function problemFromPayload(payload: unknown, status?: number): Problem {
  const fields = isFields(payload) ? (isFields(payload.error) ? payload.error : payload) : {}
  const said = typeof payload === 'string' ? payload : messageIn(fields)
  const upstreamStatus = status ?? statusIn(fields)
  if (isMarkup(said)) return webPage(upstreamStatus ?? 200)
  const kind = kindByCode(fields, upstreamStatus) ?? kindByMessage(said, upstreamStatus) ?? kindByStatus(upstreamStatus)
  const problem = problemOf(kind, { upstreamMessage: cleanMessage(said), upstreamStatus })
  if (upstreamStatus === 403 && kind === 'auth') problem.message = words.forbidden
  if (upstreamStatus === 409 || upstreamStatus === 425) problem.retryable = true
  return problem
}

function kindByCode(fields: Record<string, unknown>, status: number | undefined): ErrorKind | undefined {
  // Some call it a rate limit, but what is too large once is too large for ever.
  if (status === 413) return 'context_length'
  for (const code of [fields.code, fields.type, fields.status]) {
    const kind = typeof code === 'string' ? kindsByCode.get(code.toLowerCase()) : undefined
    if (kind !== undefined) return kind
  }
  return undefined
}

function kindByMessage(said: string, status: number | undefined): ErrorKind | undefined {
  // A status that says it all needs no reading between the lines.
  if (status === 401 || status === 402) return undefined
  const kind = kindsByWords.find(([pattern]) => pattern.test(said.slice(0, 2000)))?.[1]
  return status === 429 && kind !== 'quota' ? 'rate_limit' : kind
}

function messageIn(fields: Record<string, unknown>): string {
  for (const value of [fields.message, fields.msg, fields.detail, fields.error, fields.error_description]) {
    if (typeof value === 'string' && value !== '') return value
    if (Array.isArray(value) && isFields(value[0])) return messageIn(value[0])
    if (isFields(value)) return messageIn(value)
  }
  return ''
}

function statusIn(fields: Record<string, unknown>): number | undefined {
  for (const value of [fields.code, fields.status, fields.status_code]) {
    const status = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value
    if (typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599) return status
  }
  return undefined
}

/** What went wrong, from whatever the SDK or a socket threw before there was a body to read. */
export function problemFromError(error: unknown): Problem {
  const chain = causes(error)
  const known = chain.find((each) => each instanceof ProblemError)
  if (known instanceof ProblemError) return known.problem
  if (error instanceof APIConnectionTimeoutError) return slowHeaders
  if (error instanceof APIError && error.status !== undefined) return problemFromStatus(error)
  if (chain.some((each) => each instanceof errors.HTTPParserError)) return unreadableFormat
  const codes = chain.map((each) => (isFields(each) && typeof each.code === 'string' ? each.code : ''))
  return problemFromCodes(codes)
}

function problemFromStatus(error: APIError): Problem {
  const status = error.status ?? 0
  const requestId = readableId(error.requestID)
  if (status >= 300 && status < 400) {
    return problemOf('bad_request', {
      message:
        'The server redirects to another address, which Rill does not follow. Enter the final address as base URL.',
      upstreamStatus: status,
      requestId,
    })
  }
  // Without a JSON body the SDK keeps its text behind the status.
  const payload = error.error ?? error.message.replace(/^\d+ /, '').replace(/^status code \(no body\)$/, '')
  return { ...problemFromPayload(payload, status), requestId }
}

/** Ids come from a header of the upstream: only what looks like one is shown. */
export function readableId(id: string | null | undefined): string | undefined {
  return id && /^[\w.:-]{1,128}$/.test(id) ? id : undefined
}

function problemFromCodes(codes: string[]): Problem {
  for (const code of codes) {
    if (code === 'ECONNREFUSED') {
      return problemOf('network', {
        message: 'Nothing is listening at the server’s address. Check that it runs and that the base URL is right.',
      })
    }
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      return problemOf('network', {
        message: 'The server’s name could not be found. Check the base URL and the connection to the internet.',
        retryable: code === 'EAI_AGAIN',
      })
    }
    if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
      return problemOf('network', {
        message: 'No safe connection could be made: the server’s certificate or encryption was not accepted.',
        retryable: false,
      })
    }
    if (['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code)) {
      return problemOf('network', { message: 'The connection was cut before the server answered. Try again.' })
    }
    if (code === 'UND_ERR_HEADERS_OVERFLOW') return unreadableFormat
    if (['UND_ERR_INVALID_ARG', 'ERR_INVALID_CHAR', 'ERR_INVALID_URL'].includes(code)) return unsendable
  }
  return codes.some((code) => code !== '') ? problemOf('network') : unsendable
}

/** Worth another try by a person, who knows what it costs: the model was at work, or the server answers so every time. */
const forPeople = new Set([emptyAnswer, malformed, slowFirstContent])
const passingStatuses = new Set([408, 409, 425, 429])

/** Whether the same request may do better a little later. An error inside a 200 has no status, and counts by its kind. */
export function mayPass(problem: Problem): boolean {
  if (!problem.retryable || forPeople.has(problem)) return false
  const { upstreamStatus } = problem
  return upstreamStatus === undefined || upstreamStatus >= 500 || passingStatuses.has(upstreamStatus)
}

/** An error and all that caused it, outermost first. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let each = error; each instanceof Error && chain.length < 8; each = each.cause) {
    chain.push(each)
    if (each instanceof AggregateError) chain.push(...each.errors.slice(0, 4))
  }
  return chain
}
