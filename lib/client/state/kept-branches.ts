import type { Core } from './core'
import { withEntry } from './entries'
import { choicesTo, defaultBranchEnd, visiblePath } from './selectors'
import type { ConversationState } from './types'

const prefix = 'rill.branch.'

/**
 * Stores the last message of the branch that is shown, so that a reload shows it again. The default branch isn't stored.
 */
export function createKeptBranches({ get, environment }: Core) {
  return {
    keep(conversationId: string): void {
      const state = get()
      const last = visiblePath(state, conversationId).at(-1)
      const storage = environment.storage()
      try {
        if (last === undefined || last === defaultBranchEnd(state, conversationId))
          storage?.removeItem(prefix + conversationId)
        else storage?.setItem(prefix + conversationId, last)
      } catch {
        // The storage is full: only a reload would show another branch.
      }
    },
    /** Chooses a conversation's stored branch, unless one has been chosen since. */
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
