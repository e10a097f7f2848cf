import type { Core } from './core'

const prefix = 'rill.draft.'

export type Drafts = ReturnType<typeof createDrafts>

/** Keeps what was written and not sent, so that a reload brings it back. */
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
    /** Keeps a conversation's draft, and with it the prompt that the server has not taken yet. */
    keep(conversationId: string): void {
      const { drafts, conversations } = get()
      const pending = conversations[conversationId]?.pending
      const unsent = pending?.asked.kind === 'answer' && !pending.problem ? pending.asked.text : ''
      const text = joinedDraft(unsent, drafts[conversationId] ?? '')
      const storage = environment.storage()
      try {
        if (text) storage?.setItem(prefix + conversationId, text)
        else storage?.removeItem(prefix + conversationId)
      } catch {
        // The browser's storage is full. The draft is still on the page; only a reload would lose it.
      }
    },
  }
}

/** A text that comes back, before what has been written since. */
export function joinedDraft(returned: string, draft: string): string {
  return returned && draft ? `${returned}\n\n${draft}` : returned || draft
}
