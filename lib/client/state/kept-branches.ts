import type { Core } from './core'
import { withEntry } from './entries'
import { choicesTo, endUnchosen, visiblePath } from './selectors'
import type { ConversationState } from './types'

const prefix = 'rill.branch.'

/**
 * Keeps which branch of a conversation was shown, by its last message, so that a reload shows it again. Nothing is kept of
 * the one that would be shown anyway.
 */
export function createKeptBranches({ get, environment }: Core) {
  return {
    keep(conversationId: string): void {
      const state = get()
      const last = visiblePath(state, conversationId).at(-1)
      const storage = environment.storage()
      try {
        if (last === undefined || last === endUnchosen(state, conversationId))
          storage?.removeItem(prefix + conversationId)
        else storage?.setItem(prefix + conversationId, last)
      } catch {
        // The browser's storage is full. The branch is still shown; only a reload would show another.
      }
    },
    /** The state with a conversation's kept branch chosen, unless another has been chosen since. */
    restored(state: ConversationState, conversationId: string): Partial<ConversationState> {
      const entry = state.conversations[conversationId]
      const last = environment.storage()?.getItem(prefix + conversationId)
      if (!entry || !last || Object.keys(entry.chosen).length > 0) return {}
      const chosen = choicesTo(state, conversationId, last)
      return chosen ? withEntry(state, conversationId, { chosen }) : {}
    },
  }
}

export type KeptBranches = ReturnType<typeof createKeptBranches>
