import type { Problem } from '@/lib/protocol/events'
import { type Message, problemIn } from '@/lib/protocol/messages'

/** The problem of a reply that a crash interrupted: no process was left to record one. */
export const interruptedProblem: Problem = {
  kind: 'network',
  message: 'Reply interrupted. What arrived so far has been saved.',
  retryable: true,
}

/** Why a reply failed or was interrupted; null for any other reply. */
export function replyProblem(message: Message): Problem | null {
  const status = message.generation?.status
  if (status !== 'interrupted' && status !== 'failed') return null
  return problemIn(message.parts) ?? interruptedProblem
}
