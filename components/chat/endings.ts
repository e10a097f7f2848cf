import type { ErrorKind, Problem } from '@/lib/protocol/events'
import type { GenerationSummary, Message } from '@/lib/protocol/messages'

/** How a reply ended, in the words shown beside its numbers; empty when it simply completed. */
export function endingWords(generation: GenerationSummary): string {
  if (generation.status === 'stopped') return 'Stopped'
  if (generation.status !== 'completed') return ''
  if (generation.finishReason === 'length') return 'Reached the limit of its length'
  if (generation.finishReason === 'content_filter') return 'Ended by the provider’s content filter'
  return ''
}

/** What a screen reader hears when a reply ends. */
export function announcement(status: GenerationSummary['status']): string {
  return {
    running: 'Generating',
    completed: 'Complete',
    stopped: 'Stopped',
    interrupted: 'Interrupted',
    failed: 'Failed',
  }[status]
}

const cut: Problem = {
  kind: 'network',
  message: 'The reply was cut off before it was finished. What had arrived is kept.',
  retryable: true,
}

/** Why a reply did not end well, or null when it did. A reply cut by a crash carries no problem of its own. */
export function problemOf(message: Message): Problem | null {
  const status = message.generation?.status
  if (status !== 'interrupted' && status !== 'failed') return null
  for (const part of message.parts) if (part.type === 'error') return part.problem
  return cut
}

const steps: Record<ErrorKind, string> = {
  auth: 'Check this provider’s key in settings.',
  quota: 'Add credit at the provider, or choose another model.',
  rate_limit: 'Wait a moment, then try again.',
  context_length: 'Shorten the prompt, or start a new conversation.',
  content_filter: 'Put it in other words, or choose another model.',
  model_not_found: 'Choose another model.',
  bad_request: 'Choose another model, or look at the provider’s own words.',
  forbidden: 'Sign in again, or check what this key may do.',
  not_found: 'Check the provider’s address in settings.',
  upstream: 'Try again in a moment, or choose another model.',
  network: 'Check the connection, then try again.',
  timeout: 'Try again; if it keeps happening, choose another model.',
  budget: 'Raise the budget, or wait until it starts afresh.',
  internal: 'Try again. If it keeps happening, the details help whoever runs this server.',
}

/** What a person can do next. */
export function nextStep(problem: Problem): string {
  return steps[problem.kind]
}

/** Everything known about a problem, as text to paste into a report. Holds no message text and no keys. */
export function problemDetails(problem: Problem, generation: GenerationSummary | null): string {
  return [
    ['Problem', problem.kind],
    ['Message', problem.message],
    ['Provider said', problem.upstreamMessage],
    ['Status', problem.upstreamStatus],
    ['Request id', problem.requestId],
    ['Model', generation?.model],
    ['Generation', generation?.id],
    ['Time', generation ? new Date(generation.endedAt ?? generation.startedAt).toISOString() : undefined],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
