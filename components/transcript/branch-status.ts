import { replyProblem } from '@/components/message/reply-problem'
import { messageOf, visiblePath } from '@/lib/client/state/selectors'
import type { ConversationState } from '@/lib/client/state/types'
import type { GenerationStatus } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'

/** How the shown branch of a conversation ends: what the composer and the announcements need, in plain values. */
export interface BranchStatus {
  /** Something can be stopped. */
  running: boolean
  stopping: boolean
  /** A prompt is on its way and has no message yet. */
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
  const lastUser = messageOf(state, path.findLast((id) => state.messages[id]?.role === 'user') ?? '')
  return {
    running: sending || running.length > 0,
    stopping: pending?.stopping === true || (running.length > 0 && running.every((each) => each.stopping)),
    sending,
    generationId: last?.generation?.id ?? null,
    status: last?.generation?.status ?? null,
    problem: last ? (replyProblem(last)?.message ?? null) : null,
    lastPrompt: lastUser ? textOf(lastUser.parts) : null,
  }
}
