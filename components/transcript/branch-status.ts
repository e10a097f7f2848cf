import { replyProblem } from '@/components/message/reply-problem'
import { messageOf, visiblePath } from '@/lib/client/state/selectors'
import type { ConversationState } from '@/lib/client/state/types'
import type { GenerationStatus } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'

/** The state at the end of the visible branch, in plain values so that it can be compared shallowly. */
export interface BranchStatus {
  /** There is something to stop: a reply, or a prompt being sent. */
  running: boolean
  stopping: boolean
  /** A prompt is being sent and has no message yet. */
  sending: boolean
  generationId: string | null
  status: GenerationStatus | null
  problem: string | null
  lastPrompt: string | null
}

export function branchStatusOf(state: ConversationState, conversationId: string): BranchStatus {
  const pending = state.conversations[conversationId]?.pending ?? null
  const sending = pending !== null && pending.problem === null
  const running = Object.values(state.running).filter((each) => each.conversationId === conversationId)
  const path = visiblePath(state, conversationId)
  const last = messageOf(state, path.at(-1) ?? '')
  const lastPrompt = messageOf(state, path.findLast((id) => state.messages[id]?.role === 'user') ?? '')
  return {
    running: sending || running.length > 0,
    stopping: pending?.stopping === true || (running.length > 0 && running.every((each) => each.stopping)),
    sending,
    generationId: last?.generation?.id ?? null,
    status: last?.generation?.status ?? null,
    problem: last ? (replyProblem(last)?.message ?? null) : null,
    lastPrompt: lastPrompt ? textOf(lastPrompt.parts) : null,
  }
}
