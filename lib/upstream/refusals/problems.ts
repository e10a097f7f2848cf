import 'server-only'
import { APIConnectionTimeoutError, APIError } from 'openai'
import { errors } from 'undici'
import type { Problem } from '@/lib/protocol/events'
import type { CompletionEnd, UpstreamProblem } from '../connection'
import { isFields } from '../decoding/chunk'
import { isMarkup } from './markup'
import { isTelling, meaningOf, statusOf } from './meanings'
import {
  emptyAnswer,
  inTheirWords,
  malformed,
  ProblemError,
  problemOf,
  slowHeaders,
  unreadableFormat,
  unsendable,
  usualWords,
} from './messages'
import { cleanMessage } from './redact'
import { type Refusal, readRefusal } from './refusal'
import { askedWait, waitInBody } from './retry-after'
import { answerLimitIn } from './too-long'
import { webPage } from './web-pages'

/**
 * What went wrong, from an error as a provider or a gateway wrote it: the body of a response, parsed or as text, or an
 * object in the middle of a stream. `httpStatus` is the response's; without one, a status in the object counts.
 */
export function problemFromPayload(payload: unknown, httpStatus?: number): UpstreamProblem {
  const refusal = readRefusal(payload, httpStatus)
  const { sentences } = refusal
  const page = sentences.find(isMarkup)
  const sentence = sentences.find(isTelling)
  const status = statusOf(refusal)
  if (page !== undefined && sentence === undefined) return webPage(httpStatus ?? status ?? 200, page)
  const { kind, nextStep, loading = false, answerTooLong } = meaningOf(refusal)
  // A key that is known and may not: there is nothing wrong with the key.
  const asKind = kind === 'auth' && status === 403 ? 'forbidden' : kind
  const said = cleanMessage(sentence ?? sentences[0] ?? '')
  return {
    ...problemOf(kind, {
      message: sentence && said ? inTheirWords(said, asKind, nextStep) : usualWords(asKind, nextStep),
      upstreamMessage: said,
      upstreamStatus: httpStatus ?? refusal.statuses[0],
      lowerMaxTokens: answerTooLong && sentences.map(answerLimitIn).find((limit) => limit !== undefined),
    }),
    ...(status === 409 || status === 425 ? { retryable: true } : {}),
    refusal: { status, waitMs: waitOf(refusal), loading },
  }
}

function waitOf(refusal: Refusal): number | null {
  return refusal.loadingMs ?? waitInBody(refusal, Date.now())
}

/** What went wrong, from whatever the SDK or a socket threw before there was a body to read. */
export function problemFromError(error: unknown): UpstreamProblem {
  const chain = causes(error)
  const known = chain.find((each) => each instanceof ProblemError)
  if (known instanceof ProblemError) return known.problem
  if (error instanceof APIConnectionTimeoutError) return slowHeaders
  if (error instanceof APIError && error.status !== undefined) return problemFromStatus(error)
  if (chain.some((each) => each instanceof errors.HTTPParserError)) return unreadableFormat
  const codes = chain.map((each) => (isFields(each) && typeof each.code === 'string' ? each.code : ''))
  return problemFromCodes(codes)
}

function problemFromStatus(error: APIError): UpstreamProblem {
  const status = error.status ?? 0
  const requestId = readableId(error.requestID)
  if (status >= 300 && status < 400) {
    return problemOf('bad_request', {
      message:
        'The provider redirects to another address, and Rill doesn’t follow redirects. Use the final address as the base URL.',
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
        message: 'Nothing is running at that address. Check that the server is running and that the base URL is right.',
      })
    }
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
      return problemOf('network', {
        message: 'Couldn’t find that host. Check the base URL and your internet connection.',
        retryable: code === 'EAI_AGAIN',
      })
    }
    if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
      return problemOf('network', {
        message: 'Couldn’t make a secure connection: the provider’s certificate or encryption wasn’t accepted.',
        retryable: false,
      })
    }
    if (['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code)) {
      return problemOf('network', { message: 'The connection dropped before the provider responded. Try again.' })
    }
    if (code === 'UND_ERR_HEADERS_OVERFLOW') return unreadableFormat
    if (['UND_ERR_INVALID_ARG', 'ERR_INVALID_CHAR', 'ERR_INVALID_URL'].includes(code)) return unsendable
  }
  return codes.some((code) => code !== '') ? problemOf('network') : unsendable
}

/** Worth another try by a person, who knows what it costs: the model was at work, or the server answers so every time. */
const forPeople = new Set([emptyAnswer, malformed])
const passingStatuses = new Set([408, 409, 425, 429])

/** Whether the same request may do better a little later. An error inside a 200 has no status, and counts by its kind. */
export function mayPass(problem: UpstreamProblem): boolean {
  if (!problem.retryable || forPeople.has(problem)) return false
  const status = problem.refusal ? problem.refusal.status : problem.upstreamStatus
  // A wait of ours that was too long: the model may have been at work all the time, and a person knows what it costs.
  if (status === undefined) return problem.kind !== 'timeout'
  return status >= 500 || passingStatuses.has(status)
}

/** Whether and after how long to ask again what was refused so; undefined when it is not to be asked again. */
export function againAfter(problem: UpstreamProblem, headers = new Headers()): CompletionEnd['again'] {
  if (!mayPass(problem) || headers.get('x-should-retry') === 'false') return undefined
  const { waitMs = null, loading = false } = problem.refusal ?? {}
  return { afterMs: askedWait(headers, Date.now()) ?? waitMs, ...(loading ? { loading } : {}) }
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
