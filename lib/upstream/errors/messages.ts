import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'
import { cleanMessage } from './redact'

/** An error that carries its problem through the SDK, which keeps it as a cause. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
    this.name = 'ProblemError'
  }
}

/** What went wrong, by kind, when the provider gives no reason of its own. */
const causes: Record<ErrorKind, string> = {
  auth: 'The API key was rejected.',
  quota: 'Your account is out of credit or over quota.',
  rate_limit: 'The provider is limiting requests.',
  context_length: 'This conversation is too long for the model.',
  content_filter: 'The provider’s content filter blocked this.',
  model_not_found: 'This model isn’t available with your key.',
  bad_request: 'The provider rejected the request.',
  forbidden: 'The provider denied access.',
  not_found: 'No API found at this address.',
  upstream: 'The provider returned an error.',
  network: 'Couldn’t reach the provider.',
  timeout: 'The provider took too long to respond.',
  budget: 'The budget is used up.',
  internal: 'Something went wrong in Rill.',
}

/** What to do about it. */
const nextSteps: Record<ErrorKind, string> = {
  auth: 'Check the key in Settings.',
  quota: 'Check billing with the provider, or choose another model.',
  rate_limit: 'Wait a moment, then try again.',
  context_length: 'Shorten it, or choose a model with a larger context window.',
  content_filter: 'Rephrase the prompt, then try again.',
  model_not_found: 'Choose another model.',
  bad_request: 'Choose another model, or check the provider in Settings.',
  forbidden: 'Check what your account and key are allowed to do.',
  not_found: 'Check the base URL in Settings; it usually ends in /v1.',
  upstream: 'Try again in a moment.',
  network: 'Check that it’s running and that the base URL is right, then try again.',
  timeout: 'Try again, or choose another model.',
  budget: '',
  internal: 'Try again.',
}

/** Next steps after a provider's own sentence, where “it” would refer to something else. */
const nextStepsAfterMessage: Partial<Record<ErrorKind, string>> = {
  context_length: 'Shorten the conversation, or choose a model with a larger context window.',
}

/** The message for a kind when nothing more is known. */
export function defaultMessage(kind: ErrorKind, nextStep = nextSteps[kind]): string {
  return `${causes[kind]} ${nextStep}`.trimEnd()
}

/** Matches sentences that mention a key. Others, such as "User not found.", need the cause added. */
const mentionsKey =
  /key|token|credential|auth|secret|password|密钥|金鑰|密鑰|令牌|凭证|鉴权|认证|キー|トークン|認証|API ?키|토큰|인증/i

/** A provider's own sentence as the cause, followed by what to do. */
export function providerMessage(sentence: string, kind: ErrorKind, nextStep?: string): string {
  const stop = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]$/u.test(sentence) ? '。' : '.'
  const closed = /[.!?…。！？؟۔।][)\]"”’»）」』]?$/.test(sentence) ? sentence : sentence + stop
  const cause = kind === 'auth' && !mentionsKey.test(sentence) ? `${causes.auth} ${closed}` : closed
  return `${cause} ${nextStep ?? nextStepsAfterMessage[kind] ?? nextSteps[kind]}`.trimEnd()
}

const transientKinds = new Set<ErrorKind>(['rate_limit', 'upstream', 'network', 'timeout'])

/** A problem of a kind, with the kind's default message unless `more` has another. */
export function problemOf(kind: ErrorKind, more: Partial<Problem> = {}): Problem {
  return { kind, message: defaultMessage(kind), retryable: transientKinds.has(kind), ...more }
}

export const connectionLost = problemOf('network', {
  message: 'The connection dropped before the reply was complete. Try again.',
})
export const malformed = problemOf('upstream', {
  message: 'The provider sent something that couldn’t be read, so the reply ends here. Try again.',
})
export const emptyReply = problemOf('upstream', {
  message: 'The provider sent an empty reply. Try again, or check that the base URL belongs to a chat completions API.',
})
export const unreadableFormat = problemOf('upstream', {
  message:
    'The provider responded in a format other than chat completions. Check the base URL in Settings; it usually ends in /v1.',
  retryable: false,
})
export const eventTooLong = problemOf('upstream', {
  message: 'The provider sent a chunk larger than 4 MB, so the reply ends here.',
  retryable: false,
})
export const replyTooLong = problemOf('upstream', {
  message: 'The reply grew past 16 MB, so it ends here.',
  retryable: false,
})
export const filtered = problemOf('content_filter')
export const endedInError = problemOf('upstream', {
  message: 'The provider ended the reply with an error. Try again.',
})
export const outOfResources = problemOf('upstream', {
  message: 'The provider ran out of capacity partway through the reply. Try again in a moment.',
})
export const firstTokenTimedOut = problemOf('timeout', {
  message: 'The model didn’t start responding in time. Try again, or choose another model.',
})
export const idleTimedOut = problemOf('timeout', {
  message: 'The model stopped responding. Try again.',
})
export const responseTimedOut = problemOf('timeout')
export const blockedAddress = problemOf('bad_request', {
  message:
    'This isn’t a public address, and this server only connects to public ones. Whoever runs it can allow others with RILL_PRIVATE_PROVIDERS=1.',
  field: 'baseUrl',
})

export const blockedName = problemOf('bad_request', {
  message:
    'This host wasn’t found or isn’t public, and this server only connects to public addresses. Check the base URL.',
  field: 'baseUrl',
})
export const blockedPort = problemOf('bad_request', {
  message: 'This server only connects to ports 80, 443, and most ports from 1024 up. Check the base URL.',
  field: 'baseUrl',
})

/** A model that is still loading when its first-token timeout is over. */
export function stillLoading(problem: Problem): Problem {
  return { ...problem, message: 'The model is still loading. Try again in a while, or choose another model.' }
}

/** Why Rill waits, in a few words; the page adds how long. */
export function reasonToWait({ kind, upstreamStatus }: Problem, loading = false): string {
  const status = upstreamStatus === undefined ? '' : ` (${upstreamStatus})`
  if (loading) return 'The model is loading'
  if (kind === 'rate_limit') return 'Rate limited'
  if (kind === 'network') return 'Couldn’t reach the provider'
  if (kind === 'timeout') return `The provider didn’t respond in time${status}`
  return upstreamStatus === 503 || upstreamStatus === 529
    ? `The provider is overloaded${status}`
    : `The provider had an error${status}`
}

/** A problem whose wait is too long to retry without asking. `now` is in epoch milliseconds. */
export function problemAfterWait(problem: Problem, waitMs: number, now: number): Problem {
  const minutes = Math.ceil(waitMs / 60_000)
  const hours = Math.round(minutes / 60)
  const wait = minutes < 120 ? `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}` : `${hours} hours`
  // Dates end at 8.64e15 ms.
  const until = new Date(Math.min(now + waitMs, 8.64e15)).toISOString().slice(0, 16).replace('T', ' ')
  return {
    ...problem,
    message: `${reasonToWait(problem)}: the provider says to wait about ${wait}, until ${until} UTC. Try again then, or choose another model.`,
  }
}

/** A model that calls tools it wasn't offered. */
export function unexpectedToolCalls(names: string[]): Problem {
  const named = names.map((name) => `“${cleanMessage(name)?.slice(0, 64) ?? '?'}”`).join(', ')
  return problemOf('upstream', {
    message: `The model tried to use ${names.length === 1 ? 'the tool' : 'the tools'} ${named}, which Rill doesn’t offer. Try again, or choose another model.`,
  })
}

/** The request was never sent, because its headers or address aren't valid. */
export const unsendable = problemOf('bad_request', {
  message: 'Couldn’t send the request. Check the base URL, the API key, and the extra headers in Settings.',
})
