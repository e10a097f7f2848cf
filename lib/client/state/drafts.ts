import type { Core } from './core'

const prefix = 'rill.draft.'

export type Drafts = ReturnType<typeof createDrafts>

/** Stores unsent text, so that a reload restores it. */
export function createDrafts({ get, environment }: Core) {
  return {
    stored(): Record<string, string> {
      const storage = environment.storage()
      const drafts: Record<string, string> = {}
      for (let index = 0; storage && index < storage.length; index += 1) {
        const key = storage.key(index)
        if (key?.startsWith(prefix)) drafts[key.slice(prefix.length)] = storage.getItem(key) ?? ''
      }
      return drafts
    },
    /** Stores a conversation's draft, together with a prompt that the server hasn't accepted yet. */
    keep(conversationId: string): void {
      const { drafts, conversations } = get()
      const pending = conversations[conversationId]?.pending
      const unsent = pending?.request.kind === 'answer' && !pending.problem ? pending.request.text : ''
      const text = joinedDraft(unsent, drafts[conversationId] ?? '')
      const storage = environment.storage()
      try {
        if (text) storage?.setItem(prefix + conversationId, text)
        else storage?.removeItem(prefix + conversationId)
      } catch {
        // The storage is full: only a reload would lose the draft.
      }
    },
  }
}

/** Puts text that was returned before text that was typed since. */
export function joinedDraft(returned: string, draft: string): string {
  return returned && draft ? `${returned}\n\n${draft}` : returned || draft
}
