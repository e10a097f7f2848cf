import 'server-only'
import { type BranchRow, parseParts } from '@/lib/database/messages'
import { textOf } from '@/lib/protocol/messages'
import { withoutPictures } from '@/lib/protocol/pictures'
import { answerIn, isBlank, type Waiting, waitingAfter } from '@/lib/protocol/unanswered'

/** A prompt and what answered it, as a model is told of them later. */
export interface Turn {
  prompt: string
  reply: string
}

/** Prompts that nobody has answered, oldest first. The last of them is the newest message. */
export type WaitingPrompts = Waiting<string>[]

/** Adds a prompt to those that wait. */
export function withPrompt(waiting: WaitingPrompts, text: string): WaitingPrompts {
  return [...waiting, { prompt: text.toWellFormed(), refusals: 0 }]
}

/** One message further along a branch: which prompts wait after it, and the turn that it ends, if it does. */
export function step(waiting: WaitingPrompts, row: BranchRow): { waiting: WaitingPrompts; turn: Turn | null } {
  const parts = parseParts(row.parts)
  const text = textOf(parts)
  if (row.role === 'user') return { waiting: withPrompt(waiting, text), turn: null }
  const answer = answerIn({ parts, status: row.status, finishReason: row.finishReason })
  const prompt = joined(waiting)
  // A reply has its place between two prompts: without one of them, neither is told.
  const turn =
    answer === 'answered' && prompt !== '' && !isBlank(text)
      ? { prompt, reply: withoutPictures(text).toWellFormed() }
      : null
  return { waiting: waitingAfter(waiting, answer), turn }
}

/** Prompts that wait, as the one message that they are sent as; empty when there is none. Words said again are sent once. */
export function joined(waiting: WaitingPrompts): string {
  const texts = waiting.map(({ prompt }) => prompt).filter((text) => !isBlank(text))
  return texts
    .filter((text, place) => !texts.slice(place + 1).some((later) => later.trim() === text.trim()))
    .join('\n\n')
}

/** A branch as a model is told of it: the turns that were answered, and the prompts that wait. */
export function branchOf(rows: BranchRow[]): { turns: Turn[]; waiting: WaitingPrompts } {
  const turns: Turn[] = []
  let waiting: WaitingPrompts = []
  for (const row of rows) {
    const next = step(waiting, row)
    waiting = next.waiting
    if (next.turn) turns.push(next.turn)
  }
  return { turns, waiting }
}
