import 'server-only'
import { APIConnectionTimeoutError, APIError } from 'openai'
import { errors } from 'undici'
import type { Problem } from '@/lib/protocol/events'
import type { CompletionEnd, UpstreamProblem } from '../connection'
import { isFields } from '../decoding/json'
import { classify, isInformative, statusOf } from './classify'
import { type ErrorBody, readErrorBody } from './error-body'
import { isMarkup } from './error-text'
import {
  defaultMessage,
  emptyReply,
  malformed,
  ProblemError,
  problemOf,
  providerMessage,
  responseTimedOut,
  unreadableFormat,
  unsendable,
} from './messages'
import { cleanMessage } from './redact'
import { waitInBody, waitInHeaders } from './retry-after'
import { replyLimitIn } from './too-long'
import { webPage } from './web-pages'

/**
 * The problem that a provider or gateway describes: in the body of a response, parsed or as text, or in an object within
 * a stream. `httpStatus` is the response's; without one, a status in the object counts.
 */
export function problemFromPayload(payload: unknown, httpStatus?: number): UpstreamProblem {
  const body = readErrorBody(payload, httpStatus)
  const { sentences } = body
  const page = sentences.find(isMarkup)
  const sentence = sentences.find(isInformative)
  const status = statusOf(body)
  if (page !== undefined && sentence === undefined) return webPage(httpStatus ?? status ?? 200, page)
  const { kind, nextStep, loading = false, replyTooLong } = classify(body)
  // The key is valid and lacks permission.
  const asKind = kind === 'auth' && status === 403 ? 'forbidden' : kind
  const upstreamMessage = cleanMessage(sentence ?? sentences[0] ?? '')
  return {
    ...problemOf(kind, {
      message:
        sentence && upstreamMessage
          ? providerMessage(upstreamMessage, asKind, nextStep)
          : defaultMessage(asKind, nextStep),
      upstreamMessage,
      upstreamStatus: httpStatus ?? body.statuses[0],
      lowerMaxTokens: replyTooLong && sentences.map(replyLimitIn).find((limit) => limit !== undefined),
    }),
    ...(status === 409 || status === 425 ? { retryable: true } : {}),
    retryHint: { status, waitMs: waitOf(body), loading },
  }
}

function waitOf(body: ErrorBody): number | null {
  return body.loadingMs ?? waitInBody(body, Date.now())
}

/** The problem behind what the SDK or a socket threw before there was a body to read. */
export function problemFromError(error: unknown): UpstreamProblem {
  const chain = causes(error)
  const known = chain.find((each) => each instanceof ProblemError)
  if (known instanceof ProblemError) return known.problem
  if (error instanceof APIConnectionTimeoutError) return responseTimedOut
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
  // Without a JSON body, the SDK's message is the status followed by the text.
  const payload = error.error ?? error.message.replace(/^\d+ /, '').replace(/^status code \(no body\)$/, '')
  return { ...problemFromPayload(payload, status), requestId }
}

/** A request id from an upstream's header, if it looks like one. */
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

/** Retried only by a person: the model may have done billable work, or the server always responds this way. */
const manualRetryOnly = new Set([emptyReply, malformed])
const transientStatuses = new Set([408, 409, 425, 429])

/** Whether a retry may succeed. An error inside a 200 has no status and counts by its kind. */
export function isTransient(problem: UpstreamProblem): boolean {
  if (!problem.retryable || manualRetryOnly.has(problem)) return false
  const status = problem.retryHint ? problem.retryHint.status : problem.upstreamStatus
  // After a timeout of ours, the model may have done billable work.
  if (status === undefined) return problem.kind !== 'timeout'
  return status >= 500 || transientStatuses.has(status)
}

/** Whether and when to retry after a problem; undefined for no retry. */
export function retryAdvice(problem: UpstreamProblem, headers = new Headers()): CompletionEnd['retry'] {
  if (!isTransient(problem) || headers.get('x-should-retry') === 'false') return undefined
  const { waitMs = null, loading = false } = problem.retryHint ?? {}
  return { afterMs: waitInHeaders(headers, Date.now()) ?? waitMs, ...(loading ? { loading } : {}) }
}

/** An error and its causes, outermost first. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let each = error; each instanceof Error && chain.length < 8; each = each.cause) {
    chain.push(each)
    if (each instanceof AggregateError) chain.push(...each.errors.slice(0, 4))
  }
  return chain
}
