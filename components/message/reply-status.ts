import type { Problem } from '@/lib/protocol/events'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import { type GenerationSummary, type Message, problemIn, textOf } from '@/lib/protocol/messages'
import { nameIn } from '@/lib/protocol/references'
import type { PromptStatus } from '@/lib/protocol/unanswered'
import { interruptedProblem } from './reply-problem'

/** Of a finish reason that nobody knows, in characters; the details have all of it. */
const longestReason = 40

/** How a reply ended, in the words shown beside what can be done with it; empty when it simply completed. */
export function endingLabel({ generation, parts }: Pick<Message, 'generation' | 'parts'>): string {
  if (generation?.status === 'stopped') {
    // It was stopped while another attempt was waited for.
    const waitedFor = problemIn(parts)?.message
    return waitedFor ? `Stopped. ${waitedFor}` : 'Stopped'
  }
  if (generation?.status !== 'completed') return ''
  switch (finishKindOf(generation.finishReason)) {
    case 'length':
      return 'Stopped at the length limit'
    case 'filter':
      return 'Stopped by the provider’s content filter'
    case 'other':
      return `Ended with “${generation.finishReason?.slice(0, longestReason)}”`
    default:
      return textOf(parts).trim() === '' ? 'Empty reply' : ''
  }
}

/** What becomes of a prompt that was not answered; empty for one that was. */
export function promptStatusLabel(promptStatus: PromptStatus | null): string {
  switch (promptStatus) {
    case 'left out':
      return 'Not answered. Not sent to the model.'
    case 'joined':
      return 'Not answered. Sent with your next message.'
    case 'waiting':
      return 'Not answered. It will be sent with your next message.'
    default:
      return ''
  }
}

/** How a reply stands, in one word; a screen reader hears it when it ends. */
export function statusLabel(status: GenerationSummary['status']): string {
  return {
    running: 'Generating',
    completed: 'Complete',
    stopped: 'Stopped',
    interrupted: 'Interrupted',
    failed: 'Failed',
  }[status]
}

/** Whether a reply can go on where it ended. */
export function canContinue({ status, finishReason }: GenerationSummary): boolean {
  return (
    status === 'interrupted' ||
    status === 'stopped' ||
    (status === 'completed' && finishKindOf(finishReason) === 'length')
  )
}

/** What went wrong, and what to do about it, in words that stand beside the buttons. */
export interface ProblemDescription {
  /** After “Reply interrupted:” when text had come, and alone when not. */
  cause: string
  nextStep: string
}

/** A problem as the page tells it. Where the provider gave the reason in a sentence, that is the cause. */
export function describeProblem(problem: Problem, { status }: GenerationSummary): ProblemDescription {
  // That a budget was reached says itself that the reply was interruptedProblem.
  if (problem.kind === 'budget' || problem === interruptedProblem)
    return splitAfter(problem.message, firstSentence(problem.message))
  const { cause, nextStep } = splitAfter(problem.message, providerSentence(problem) ?? firstSentence(problem.message))
  if (status !== 'interrupted') return { cause, nextStep }
  // The buttons say so too.
  const tryAgain = / ?Try again(?: in a moment)?\.$/
  const reason = cause.replace(tryAgain, '').replace(/^The /, 'the ')
  return { cause: `Reply interrupted: ${reason}`, nextStep: nextStep.replace(tryAgain, '') }
}

/** The provider's own sentence at the start of a message; null where the message is in Rill's words. */
export function providerSentence({ message, upstreamMessage }: Problem): string | null {
  return upstreamMessage && message.startsWith(upstreamMessage) ? upstreamMessage : null
}

function splitAfter(message: string, start: string): ProblemDescription {
  const cause = message.startsWith(`${start}.`) ? `${start}.` : start
  return { cause, nextStep: message.slice(cause.length).trim() }
}

function firstSentence(message: string): string {
  return message.split(/(?<=\.) (?=[A-Z])/)[0] ?? message
}

/** Everything known about a problem, as text to paste into a report. Holds no message text and no keys. */
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
