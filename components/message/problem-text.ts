import type { Problem } from '@/lib/protocol/events'
import type { GenerationSummary } from '@/lib/protocol/messages'
import { nameIn } from '@/lib/protocol/references'
import { interruptedProblem } from './reply-problem'

export interface ProblemText {
  cause: string
  /** What the user can do; may be empty. */
  nextStep: string
}

/** Splits a problem's message into cause and next step. The provider's own sentence, if it starts with one, is the cause. */
export function problemText(problem: Problem, { status }: GenerationSummary): ProblemText {
  const { message, kind } = problem
  // These messages say themselves that the reply was interrupted.
  if (kind === 'budget' || problem === interruptedProblem) return splitAfter(message, firstSentence(message))
  const { cause, nextStep } = splitAfter(message, providerSentence(problem) ?? firstSentence(message))
  if (status !== 'interrupted') return { cause, nextStep }
  // The buttons below say it.
  const tryAgain = / ?Try again(?: in a moment)?\.$/
  const reason = cause.replace(tryAgain, '').replace(/^The /, 'the ')
  return { cause: `Reply interrupted: ${reason}`, nextStep: nextStep.replace(tryAgain, '') }
}

/** The provider's own sentence at the start of a message; null if the message is Rill's. */
export function providerSentence({ message, upstreamMessage }: Problem): string | null {
  return upstreamMessage && message.startsWith(upstreamMessage) ? upstreamMessage : null
}

function splitAfter(message: string, start: string): ProblemText {
  const cause = message.startsWith(`${start}.`) ? `${start}.` : start
  return { cause, nextStep: message.slice(cause.length).trim() }
}

function firstSentence(message: string): string {
  return message.split(/(?<=\.) (?=[A-Z])/)[0] ?? message
}

/** All that is known about a problem, as text for a bug report: no message text and no keys. */
export function problemDetails(problem: Problem, generation: GenerationSummary | null): string {
  return [
    ['Problem', problem.kind],
    ['Message', problem.message],
    ['Provider said', problem.upstreamMessage],
    ['Status', problem.upstreamStatus],
    ['Request id', problem.requestId],
    ['Model', generation ? nameIn([], generation.model) : undefined],
    ['Generation', generation?.id],
    ['Time', generation ? new Date(generation.endedAt ?? generation.startedAt).toISOString() : undefined],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
