import type { ConversationEntry, ConversationState } from './types'

/** An entry that holds nothing yet. */
export function emptyEntry(id: string, state: ConversationEntry['state']): ConversationEntry {
  return { id, state, earlier: 'here', problem: null, messageIds: [], chosen: {}, pending: null }
}

/** What changes in the state when an entry does. */
export function withEntry(
  state: ConversationState,
  id: string,
  change: Partial<ConversationEntry>,
): Pick<ConversationState, 'conversations'> {
  const entry = state.conversations[id] ?? emptyEntry(id, 'loading')
  return { conversations: { ...state.conversations, [id]: { ...entry, ...change } } }
}
