import 'server-only'
import type { ErrorKind } from '@/lib/protocol/events'
import { isMarkup } from './markup'
import { type Meaning, type Recogniser, recognisers } from './recognizers'
import { codeOf, type Refusal } from './refusal'

/** What codes mean that are as wide as a status. They count where the response has no status of its own. */
const codesByStatus: Record<number, string[]> = {
  400: ['bad_request', 'BadRequestError', 'invalid_request_error', 'invalid_argument', 'failed_precondition'],
  401: ['unauthorized', 'authentication_error'],
  402: ['payment_required'],
  403: ['forbidden', 'permission_denied', 'permission_error', 'PermissionDeniedError', 'AccessDeniedException'],
  404: ['not_found', 'not_found_error', 'NotFoundError', 'ResourceNotFoundException'],
  408: ['request_timeout'],
  422: ['unprocessable_entity', 'UnprocessableEntityError', 'validation'],
  429: [
    'limit_burst_rate',
    'limit_requests',
    'rate_limit',
    'rate_limit_error',
    'rate_limit_exceeded',
    'rate_limit_reached',
    'rate_limited',
    'request_limit_exceeded',
    'resource_exhausted',
    'throttling',
    'throttling_error',
    'ThrottlingException',
    'too_many_requests',
  ],
  500: ['api_error', 'internal', 'internal_error', 'internal_server_error', 'server_error'],
  502: ['APIConnectionError', 'bad_gateway'],
  503: [
    'capacity_exceeded',
    'engine_overloaded_error',
    'overloaded',
    'overloaded_error',
    'service_unavailable',
    'ServiceUnavailableError',
    'unavailable',
    'unavailable_error',
  ],
  504: ['deadline_exceeded', 'gateway_timeout', 'timeout', 'timeout_error'],
}
const statusByCode = new Map(
  Object.entries(codesByStatus).flatMap(([status, codes]) => codes.map((code) => [codeOf(code), Number(status)])),
)

const recogniserByCode = new Map(
  recognisers.flatMap((recogniser) => (recogniser.codes ?? []).map((code) => [codeOf(code), recogniser])),
)

/** What a refusal means: by its codes, the provider's own before a gateway's, then by its words, then by its status. */
export function meaningOf(refusal: Refusal): Meaning {
  const status = statusOf(refusal)
  // Some call it a rate limit, but what is too large once is too large for ever.
  if (status === 413) return { kind: 'context_length' }
  for (const code of refusal.codes) {
    const meaning = recogniserByCode.get(code)
    if (meaning) return meaning
  }
  const meaning = recognisers.find((recogniser) => recognises(recogniser, refusal, status))
  return meaning ?? { kind: kindByStatus(status, refusal) }
}

function recognises({ is, words, unless, at }: Recogniser, refusal: Refusal, status: number | undefined): boolean {
  if (is?.(refusal, status)) return true
  if (status !== undefined && telling.has(status) && !at?.includes(status)) return false
  return refusal.sentences.some((whole) => {
    const sentence = whole.slice(0, 2000)
    const matches = words?.some((each) => (typeof each === 'function' ? each(sentence) : each.test(sentence)))
    return matches && !unless?.test(sentence)
  })
}

/** Statuses that say what is wrong. With all others, and none, the words have to. */
const telling = new Set([401, 402, 403, 404, 405, 408, 409, 410, 413, 425, 429, 451, 501])

/** The HTTP status that a refusal has by its meaning: one that is written inside tells more than a gateway's 400 or 500. */
export function statusOf({ httpStatus, statuses, codes }: Refusal): number | undefined {
  const [inside] = statuses
  if (httpStatus === undefined) {
    return inside ?? codes.map((code) => statusByCode.get(code)).find((status) => status !== undefined)
  }
  const saysMore = [400, 500, 502, 503].includes(httpStatus) && inside !== undefined && inside < 500
  return saysMore ? inside : httpStatus
}

function kindByStatus(status: number | undefined, refusal: Refusal): ErrorKind {
  if (status === undefined) return 'upstream'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  // Who explains in an object what is not there speaks the API: the address is right.
  if (status === 404 || status === 410) {
    return refusal.isObject && refusal.sentences.some(isTelling) ? 'model_not_found' : 'not_found'
  }
  if (status === 405 || status === 501) return refusal.sentences.some(isTelling) ? 'bad_request' : 'not_found'
  if (status === 408 || status === 504 || status === 524) return 'timeout'
  if (status === 429) return 'rate_limit'
  if (status === 409 || status === 425 || status >= 500) return 'upstream'
  return 'bad_request'
}

/** What is said where nothing is said: the name of a status, or that somebody else has an error. */
const empty = new RegExp(
  String.raw`^\W*(?:(?:http )?error:?\s*)?(?:[45]\d\d\s*)?(?:${[
    '(?:an )?(?:unknown |upstream |server |unexpected |internal )?error(?: occurred)?',
    '(?:provider|upstream) returned (?:an )?error',
    'access denied',
    'bad gateway',
    'bad request',
    'conflict',
    'failed',
    'forbidden',
    'gateway time-?out',
    'internal server error',
    'invalid request',
    'method not allowed',
    'none|null|undefined',
    'openai_error',
    '(?:page )?not found',
    'payment required',
    'permission denied',
    'request failed(?: with status code \\d+)?',
    'request timeout',
    'service unavailable',
    'status code \\d+',
    'too many requests',
    'unauthorized',
    'unprocessable entity',
  ].join('|')})\W*$`,
  'i',
)

/** Words in scripts that need no spaces between them. */
const spaceless =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{4}/u

/** Whether a text is a sentence in plain words that says something of its own. */
export function isTelling(sentence: string): boolean {
  const text = sentence.slice(0, 1000).trim()
  if (empty.test(text) || /^[[{<]/.test(text) || isMarkup(text)) return false
  const letters = text.match(/[\p{L}\s]/gu)?.length ?? 0
  const hasWords = /\p{L}\S*\s+\S*\p{L}/u.test(text) || spaceless.test(text)
  return hasWords && letters >= text.length / 2
}
