import type { Core } from './core'
import type { ConversationState } from './types'

const prefix = 'rill.unread.'

/**
 * Which conversations hold an answer, ended or under way, that has not been on screen since. All tabs of the browser
 * keep it together, and so a reload forgets nothing.
 */
export function createUnread({ set, page }: Core) {
  function stored(): string[] {
    const storage = page.storage()
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
    return keys.flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []))
  }

  function keep(id: string, unread: boolean): void {
    try {
      if (unread) page.storage()?.setItem(prefix + id, '1')
      else page.storage()?.removeItem(prefix + id)
    } catch {
      // The browser's storage is full. Until a reload the page knows it all the same.
    }
  }

  /** What is unread in a state: the same object when nothing changes. */
  function unreadIn({ unread, summaries, shown }: ConversationState): ConversationState['unread'] {
    const awaited = summaries.filter(({ id, running }) => running.length > 0 && !unread[id])
    const seen = summaries.filter(({ id, running }) => running.length === 0 && unread[id] && id === shown)
    const read = page.hidden() ? [] : seen
    if (awaited.length + read.length === 0) return unread
    const next = { ...unread }
    for (const { id } of awaited) next[id] = true
    for (const { id } of read) delete next[id]
    return next
  }

  const update = () => set((state) => ({ unread: unreadIn(state) }))

  return {
    unreadIn,
    /** A conversation has been opened, or answers have begun or ended. */
    changed(state: ConversationState, before: ConversationState): void {
      for (const id of Object.keys(state.unread)) if (!before.unread[id]) keep(id, true)
      for (const id of Object.keys(before.unread)) if (!state.unread[id]) keep(id, false)
      if (state.unread !== unreadIn(state)) update()
    },
    /** Reads what is stored, and goes on reading it. Gives the way to end that. */
    connect(): () => void {
      const load = () =>
        set((state) => ({
          unread: unreadIn({ ...state, unread: Object.fromEntries(stored().map((id) => [id, true])) }),
        }))
      load()
      const ends = [page.on('storage', load), page.on('visibility', update)]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
