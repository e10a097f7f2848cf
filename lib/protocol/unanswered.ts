import type { ErrorKind } from './events'
import { finishKindOf } from './finish-reasons'
import { type Part, problemIn, textOf } from './messages'

/*
 * Which turns a model is told of later. A model is never sent a prompt that nobody answered by itself: two prompts in a
 * row, or a message of white space, are refused by many servers, and so would be every later turn. The server builds
 * prompts by these rules, and the page marks turns by them.
 */

/** After so many refusals together with later prompts, an unanswered prompt is taken for their cause. */
const MAX_REFUSALS = 3

/** How a prompt was answered: with text, not at all, or with a refusal that the same prompt would meet again. */
export type Answer = 'answered' | 'unanswered' | 'refused'

/** Whether a text shows nothing: it is empty, or has only white space, control and format characters. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cf}\p{Z}]/u.test(text)
}

/** How a reply stands. */
interface Reply {
  parts: Part[]
  status?: string | null
  finishReason?: string | null
}

/**
 * How a reply answers its prompt. One that was cut answers it, if any text had come, and so does one that is still being
 * written: to ask for it again would have it answered twice.
 */
export function answerIn({ parts, status, finishReason }: Reply): Answer {
  if (status === 'running' || !isBlank(textOf(parts))) return 'answered'
  return isRefusal(problemIn(parts)?.kind) || finishKindOf(finishReason ?? null) === 'filter' ? 'refused' : 'unanswered'
}

function isRefusal(kind: ErrorKind | undefined): boolean {
  return kind === 'content_filter' || kind === 'context_length'
}

/** A prompt that waits to be sent together with the next one. */
export interface Waiting<P> {
  prompt: P
  /** How many later prompts were refused that it was joined with. */
  refusals: number
}

/** The prompts that still wait after the newest of them was answered, or not. */
export function waitingAfter<P>(waiting: Waiting<P>[], answer: Answer): Waiting<P>[] {
  if (answer === 'answered') return []
  if (answer === 'unanswered') return waiting
  return waiting
    .slice(0, -1)
    .map(({ prompt, refusals }) => ({ prompt, refusals: refusals + 1 }))
    .filter(({ refusals }) => refusals < MAX_REFUSALS)
}

/** What becomes of a prompt: it is sent by itself or with a later one, waits for the next one, or is left out. */
export type PromptStatus = 'sent' | 'joined' | 'waiting' | 'left out'

/** What becomes of each prompt of a branch, by how they were answered, first to last. */
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
