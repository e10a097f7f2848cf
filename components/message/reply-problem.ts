import type { Problem } from '@/lib/protocol/events'
import { type Message, problemIn } from '@/lib/protocol/messages'

/** Of a reply that a crash cut. */
export const cut: Problem = {
  kind: 'network',
  message: 'Reply interrupted. What arrived so far has been saved.',
  retryable: true,
}

/** Why a reply did not end well, or null when it did. A reply cut by a crash carries no problem of its own. */
export function problemFrom(message: Message): Problem | null {
  const status = message.generation?.status
  if (status !== 'interrupted' && status !== 'failed') return null
  return problemIn(message.parts) ?? cut
}
