import type { ErrorKind } from './events'
import { finishKindOf } from './finish-reasons'
import { type Part, problemIn, textOf } from './messages'

/*
 * Which prompts are sent to a model with later turns. Many servers refuse two prompts in a row, or a message of white space,
 * so an unanswered prompt is never sent as a message of its own. The server builds prompts by these rules, and the page
 * marks turns by them.
 */

/** After so many refusals together with later prompts, an unanswered prompt counts as their cause. */
const MAX_REFUSALS = 3

/** How a prompt was answered: with text, not at all, or with a refusal that would come again for the same prompt. */
export type Answer = 'answered' | 'unanswered' | 'refused'

/** Whether a text has no visible characters: only white space, control and format characters. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cf}\p{Z}]/u.test(text)
}

/** A reply, as far as it decides how its prompt was answered. */
interface Reply {
  parts: Part[]
  status?: string | null
  finishReason?: string | null
}

/**
 * How a reply answers its prompt. An interrupted reply with text answers it, and so does a running one: sending the prompt
 * again would get it answered twice.
 */
export function answerIn({ parts, status, finishReason }: Reply): Answer {
  if (status === 'running' || !isBlank(textOf(parts))) return 'answered'
  return isRefusal(problemIn(parts)?.kind) || finishKindOf(finishReason ?? null) === 'filter' ? 'refused' : 'unanswered'
}

function isRefusal(kind: ErrorKind | undefined): boolean {
  return kind === 'content_filter' || kind === 'context_length'
}

/** An unanswered prompt, to be sent together with the next one. */
export interface Waiting<P> {
  prompt: P
  /** How many later prompts were refused together with it. */
  refusals: number
}

/** The prompts that still wait after the answer to the newest of them. */
export function waitingAfter<P>(waiting: Waiting<P>[], answer: Answer): Waiting<P>[] {
  if (answer === 'answered') return []
  if (answer === 'unanswered') return waiting
  return waiting
    .slice(0, -1)
    .map(({ prompt, refusals }) => ({ prompt, refusals: refusals + 1 }))
    .filter(({ refusals }) => refusals < MAX_REFUSALS)
}

/** How a prompt is sent with later turns: as a message, joined with a later one, waiting for the next one, or left out. */
export type PromptStatus = 'sent' | 'joined' | 'waiting' | 'left out'

/** The status of each prompt of a branch, by how they were answered, from first to last. */
export function promptStatuses(answers: Answer[]): PromptStatus[] {
  const statuses: PromptStatus[] = answers.map((answer) => (answer === 'answered' ? 'sent' : 'left out'))
  let waiting: Waiting<number>[] = []
  answers.forEach((answer, place) => {
    waiting = [...waiting, { prompt: place, refusals: 0 }]
    if (answer === 'answered') for (const { prompt } of waiting.slice(0, -1)) statuses[prompt] = 'joined'
    waiting = waitingAfter(waiting, answer)
  })
  for (const { prompt } of waiting) statuses[prompt] = prompt === answers.length - 1 ? 'waiting' : 'joined'
  return statuses
}
