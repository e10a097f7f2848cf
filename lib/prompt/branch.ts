import 'server-only'
import { type BranchRow, parseParts } from '@/lib/database/messages'
import { textOf } from '@/lib/protocol/messages'
import { withoutPictures } from '@/lib/protocol/pictures'
import { answerIn, isBlank, type Waiting, waitingAfter } from '@/lib/protocol/unanswered'

/** A prompt and its reply, as they are sent to a model later. */
export interface Turn {
  prompt: string
  reply: string
}

/** Prompts without a reply, oldest first. The last is the newest message. */
export type WaitingPrompts = Waiting<string>[]

/** Appends a prompt to the waiting ones. */
export function addPrompt(waiting: WaitingPrompts, text: string): WaitingPrompts {
  return [...waiting, { prompt: text.toWellFormed(), refusals: 0 }]
}

/** Reads the next message of a branch: the prompts that wait after it, and the turn that it completes, if any. */
export function advance(waiting: WaitingPrompts, row: BranchRow): { waiting: WaitingPrompts; turn: Turn | null } {
  const parts = parseParts(row.parts)
  const text = textOf(parts)
  if (row.role === 'user') return { waiting: addPrompt(waiting, text), turn: null }
  const answer = answerIn({ parts, status: row.status, finishReason: row.finishReason })
  const prompt = joinPrompts(waiting)
  // A turn needs both: a reply without a prompt, or a blank one, is left out.
  const turn =
    answer === 'answered' && prompt !== '' && !isBlank(text)
      ? { prompt, reply: withoutPictures(text).toWellFormed() }
      : null
  return { waiting: waitingAfter(waiting, answer), turn }
}

/** Joins waiting prompts to one message, '' when there is none. A repeated prompt is sent once. */
export function joinPrompts(waiting: WaitingPrompts): string {
  const texts = waiting.map(({ prompt }) => prompt).filter((text) => !isBlank(text))
  return texts
    .filter((text, index) => !texts.slice(index + 1).some((later) => later.trim() === text.trim()))
    .join('\n\n')
}

/** Reads a branch as it is sent to a model: the answered turns and the waiting prompts. */
export function readBranch(rows: BranchRow[]): { turns: Turn[]; waiting: WaitingPrompts } {
  const turns: Turn[] = []
  let waiting: WaitingPrompts = []
  for (const row of rows) {
    const next = advance(waiting, row)
    waiting = next.waiting
    if (next.turn) turns.push(next.turn)
  }
  return { turns, waiting }
}
