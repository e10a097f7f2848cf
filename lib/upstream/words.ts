import 'server-only'
import type { ErrorKind, Problem } from '@/lib/protocol/events'
import { cleanMessage } from './clean'

/** An error that already knows what to tell; it passes through the SDK as a cause. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
    this.name = 'ProblemError'
  }
}

/** What is wrong, of each kind, when the provider gives no reason in words. */
const causes: Record<ErrorKind, string> = {
  auth: 'The provider did not accept the API key.',
  quota: 'The account is out of credit or over its quota.',
  rate_limit: 'The provider is limiting requests.',
  context_length: 'This conversation is too long for the model.',
  content_filter: 'The provider’s content filter blocked this.',
  model_not_found: 'The provider does not know this model, or the key may not use it.',
  bad_request: 'The provider did not accept the request.',
  forbidden: 'The provider refused access.',
  not_found: 'Nothing answers at this address.',
  upstream: 'The provider failed.',
  network: 'The server could not be reached.',
  timeout: 'The server took too long to answer.',
  budget: 'The budget is used up.',
  internal: 'Something went wrong in Rill.',
}

/** What to do about it. */
const nextSteps: Record<ErrorKind, string> = {
  auth: 'Check the key in Settings.',
  quota: 'Check its billing with the provider, or choose another model.',
  rate_limit: 'Wait a moment, then try again.',
  context_length: 'Shorten it, or choose a model with a larger context.',
  content_filter: 'Rephrase the prompt, then try again.',
  model_not_found: 'Choose another model.',
  bad_request: 'Choose another model, or check the provider in Settings.',
  forbidden: 'Check what the account and the key may do.',
  not_found: 'Check the base URL in Settings; it usually ends in /v1.',
  upstream: 'Try again in a moment.',
  network: 'Check that it runs and that the base URL is right, then try again.',
  timeout: 'Try again, or choose another model.',
  budget: '',
  internal: 'Try again.',
}

/** Next steps that stand behind the provider’s own sentence, where “it” would be something else. */
const nextStepsAfterOthers: Partial<Record<ErrorKind, string>> = {
  quota: 'Check the account’s billing with the provider, or choose another model.',
  context_length: 'Shorten the conversation, or choose a model with a larger context.',
}

/** What is said of a kind when nothing more is known. */
export function usualWords(kind: ErrorKind, nextStep = nextSteps[kind]): string {
  return `${causes[kind]} ${nextStep}`.trimEnd()
}

/** A provider's own sentence as the cause, with what to do behind it. */
export function inTheirWords(sentence: string, kind: ErrorKind, nextStep?: string): string {
  const closed = /[.!?…。！？]$/.test(sentence) ? sentence : `${sentence}.`
  return `${closed} ${nextStep ?? nextStepsAfterOthers[kind] ?? nextSteps[kind]}`.trimEnd()
}

const passing = new Set<ErrorKind>(['rate_limit', 'upstream', 'network', 'timeout'])

/** A problem of a kind, in its usual words unless better ones are known. */
export function problemOf(kind: ErrorKind, more: Partial<Problem> = {}): Problem {
  return { kind, message: usualWords(kind), retryable: passing.has(kind), ...more }
}

export const cutConnection = problemOf('network', {
  message: 'The connection was cut before the answer was complete. Try again.',
})
export const malformed = problemOf('upstream', {
  message: 'The server sent something that could not be read, so the answer ends here. Try again.',
})
export const emptyAnswer = problemOf('upstream', {
  message: 'The server sent an empty answer. Try again, or check that the base URL belongs to a chat completions API.',
})
export const unreadableFormat = problemOf('upstream', {
  message:
    'The server answered in a format other than chat completions. Check the base URL in Settings; it usually ends in /v1.',
  retryable: false,
})
export const eventTooLong = problemOf('upstream', {
  message: 'The server sent a piece of more than 4 MB, so the answer ends here.',
  retryable: false,
})
export const answerTooLong = problemOf('upstream', {
  message: 'The answer grew beyond 16 MB, so it ends here.',
  retryable: false,
})
export const filtered = problemOf('content_filter')
export const endedInError = problemOf('upstream', {
  message: 'The provider ended the answer with an error. Try again.',
})
export const outOfResources = problemOf('upstream', {
  message: 'The provider ran out of capacity in the middle of the answer. Try again in a moment.',
})
export const slowFirstContent = problemOf('timeout', {
  message: 'The model did not start to answer in time. Try again, or choose another model.',
})
export const stalled = problemOf('timeout', {
  message: 'The model stopped sending in the middle of the answer. Try again.',
})
export const slowHeaders = problemOf('timeout')
export const blockedAddress = problemOf('bad_request', {
  message:
    'This address is not a public one, and this server connects only to public addresses. Whoever runs it can allow others with RILL_PRIVATE_PROVIDERS=1.',
  field: 'baseUrl',
})

export const blockedName = problemOf('bad_request', {
  message:
    'The server’s name was not found, or its address is not a public one, and this server connects only to public addresses. Check the base URL.',
  field: 'baseUrl',
})
export const blockedPort = problemOf('bad_request', {
  message: 'This server connects only to the ports 80, 443 and most from 1024 on. Check the base URL.',
  field: 'baseUrl',
})

/** A model that is still being loaded when the time to its first word is over. */
export function stillLoading(problem: Problem): Problem {
  return { ...problem, message: 'The model is still loading. Try again in a while, or choose another model.' }
}

/** Why an answer is waited for, in a few words; the page adds how long. */
export function reasonToWait({ kind, upstreamStatus }: Problem, loading = false): string {
  const status = upstreamStatus === undefined ? '' : ` (${upstreamStatus})`
  if (loading) return 'The model is loading'
  if (kind === 'rate_limit') return 'Rate limited'
  if (kind === 'network') return 'The model’s server cannot be reached'
  if (kind === 'timeout') return `The model’s server did not answer in time${status}`
  return upstreamStatus === 503 || upstreamStatus === 529
    ? `The model’s server is overloaded${status}`
    : `The model’s server has a fault${status}`
}

/** A problem that passes only after so long a wait that a person has to decide. `now` in epoch milliseconds. */
export function problemAfterWait(problem: Problem, waitMs: number, now: number): Problem {
  const minutes = Math.ceil(waitMs / 60_000)
  const hours = Math.round(minutes / 60)
  const wait = minutes < 120 ? `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}` : `${hours} hours`
  // A wait can be of any length, and a date cannot.
  const until = new Date(Math.min(now + waitMs, 8.64e15)).toISOString().slice(0, 16).replace('T', ' ')
  return {
    ...problem,
    message: `${reasonToWait(problem)}: the provider asks to wait about ${wait}, until ${until} UTC. Try again then, or choose another model.`,
  }
}

/** A model that asks for tools which nobody offered. */
export function unaskedTools(names: string[]): Problem {
  const named = names.map((name) => `“${cleanMessage(name)?.slice(0, 64) ?? '?'}”`).join(', ')
  return problemOf('upstream', {
    message: `The model asked to use ${names.length === 1 ? 'the tool' : 'the tools'} ${named}, which Rill does not offer. Try again, or choose another model.`,
  })
}

/** The request never left, because its headers or address cannot be sent. */
export const unsendable = problemOf('bad_request', {
  message: 'The request could not be sent. Check the base URL, the key and the extra headers in Settings.',
})
