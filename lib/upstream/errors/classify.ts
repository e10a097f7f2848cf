import 'server-only'
import type { ErrorKind } from '@/lib/protocol/events'
import type { ErrorBody } from './error-body'
import { normalizedCode, statusByCode } from './error-codes'
import { type ErrorClass, type ErrorRule, errorRules } from './error-rules'
import { isMarkup } from './error-text'

const ruleByCode = new Map(errorRules.flatMap((rule) => (rule.codes ?? []).map((code) => [normalizedCode(code), rule])))

/** Classifies an error by its codes, the provider's own before a gateway's, then by its text, then by its status. */
export function classify(body: ErrorBody): ErrorClass {
  const status = statusOf(body)
  // Some call this a rate limit, but waiting doesn't make a request smaller.
  if (status === 413) return { kind: 'context_length' }
  for (const code of body.codes) {
    const rule = ruleByCode.get(code)
    if (rule) return rule
  }
  const matching = errorRules.find((rule) => matchesRule(rule, body, status))
  return matching ?? { kind: kindOfStatus(status, body) }
}

function matchesRule(
  { when, patterns, unless, statuses }: ErrorRule,
  body: ErrorBody,
  status: number | undefined,
): boolean {
  if (when?.(body, status)) return true
  if (status !== undefined && specificStatuses.has(status) && !statuses?.includes(status)) return false
  return body.sentences.some((whole) => {
    const sentence = whole.slice(0, 2000)
    const matches = patterns?.some((each) => (typeof each === 'function' ? each(sentence) : each.test(sentence)))
    return matches && !unless?.test(sentence)
  })
}

/** Statuses that say what is wrong. With others, or none, the text has to. */
const specificStatuses = new Set([401, 402, 403, 404, 405, 408, 409, 410, 413, 425, 429, 451, 501])

/** The effective HTTP status: one written inside the body says more than a gateway's 400 or 500. */
export function statusOf({ httpStatus, statuses, codes }: ErrorBody): number | undefined {
  const [inside] = statuses
  if (httpStatus === undefined) {
    return inside ?? codes.map((code) => statusByCode.get(code)).find((status) => status !== undefined)
  }
  const saysMore = [400, 500, 502, 503].includes(httpStatus) && inside !== undefined && inside < 500
  return saysMore ? inside : httpStatus
}

function kindOfStatus(status: number | undefined, body: ErrorBody): ErrorKind {
  if (status === undefined) return 'upstream'
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  // A server that explains a 404 in an object speaks the API, so the address is right.
  if (status === 404 || status === 410) {
    return body.isObject && body.sentences.some(isInformative) ? 'model_not_found' : 'not_found'
  }
  if (status === 405 || status === 501) return body.sentences.some(isInformative) ? 'bad_request' : 'not_found'
  if (status === 408 || status === 504 || status === 524) return 'timeout'
  if (status === 429) return 'rate_limit'
  if (status === 409 || status === 425 || status >= 500) return 'upstream'
  return 'bad_request'
}

/** Texts that add nothing: the name of a status, or that someone else had an error. */
const uninformative = new RegExp(
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

/** Four letters of scripts that need no spaces between words. */
const spaceless =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]{4}/u

/** Whether a text is a plain sentence that says more than its status. */
export function isInformative(sentence: string): boolean {
  const text = sentence.slice(0, 1000).trim()
  if (uninformative.test(text) || /^[[{<]/.test(text) || isMarkup(text)) return false
  const letters = text.match(/[\p{L}\s]/gu)?.length ?? 0
  const hasWords = /\p{L}\S*\s+\S*\p{L}/u.test(text) || spaceless.test(text)
  return hasWords && letters >= text.length / 2
}
