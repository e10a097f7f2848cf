import type { ConversationEntry, ConversationState } from './types'

/** An entry without messages. */
export function emptyEntry(id: string, state: ConversationEntry['state']): ConversationEntry {
  return { id, state, earlier: 'here', problem: null, messageIds: [], chosen: {}, pending: null }
}

/** The change of state that changes one entry. */
export function withEntry(
  state: ConversationState,
  id: string,
  change: Partial<ConversationEntry>,
): Pick<ConversationState, 'conversations'> {
  const entry = state.conversations[id] ?? emptyEntry(id, 'loading')
  return { conversations: { ...state.conversations, [id]: { ...entry, ...change } } }
}
