import type { Core } from './core'
import type { ConversationState } from './types'

const prefix = 'rill.unread.'

/**
 * Which conversations hold an answer, ended or under way, that has not been on screen since. All tabs of the browser
 * keep it together, and so a reload forgets nothing.
 */
export function createUnread({ get, set, environment }: Core) {
  /** What the browser did not keep: its storage is full, or cookies are blocked. Until a reload the page knows it all the same. */
  const unkept = new Set<string>()

  function stored(): string[] {
    const storage = environment.storage()
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
    return keys.flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []))
  }

  function keep(id: string, unread: boolean): void {
    const storage = environment.storage()
    if (unread) unkept.add(id)
    else unkept.delete(id)
    try {
      if (!unread) storage?.removeItem(prefix + id)
      else if (storage) {
        storage.setItem(prefix + id, '1')
        unkept.delete(id)
      }
    } catch {
      // It is full.
    }
  }

  /** What is unread in a state: the same object when nothing changes. */
  function unreadIn({ unread, summaries, shown }: ConversationState): ConversationState['unread'] {
    const awaited = summaries.filter(({ id, running }) => running.length > 0 && !unread[id])
    const seen = summaries.filter(({ id, running }) => running.length === 0 && unread[id] && id === shown)
    const read = environment.hidden() ? [] : seen
    if (awaited.length + read.length === 0) return unread
    const next = { ...unread }
    for (const { id } of awaited) next[id] = true
    for (const { id } of read) delete next[id]
    return next
  }

  /** Another tab may have read what this one only marks. */
  function load(): void {
    const state = get()
    const marks = Object.fromEntries([...stored(), ...unkept].map((id) => [id, true as const]))
    const unread = unreadIn({ ...state, unread: marks })
    const ids = Object.keys(unread)
    if (ids.length !== Object.keys(state.unread).length || ids.some((id) => !state.unread[id])) set({ unread })
  }

  return {
    unreadIn,
    /** A conversation has been opened, or answers have begun or ended. */
    changed(state: ConversationState, before: ConversationState): void {
      for (const id of Object.keys(state.unread)) if (!before.unread[id]) keep(id, true)
      for (const id of Object.keys(before.unread)) if (!state.unread[id]) keep(id, false)
      if (haveEnded(state, before)) load()
      else if (state.unread !== unreadIn(state)) set((now) => ({ unread: unreadIn(now) }))
    },
    /** Reads what is stored, and goes on reading it. Gives the way to end that. */
    connect(): () => void {
      load()
      const ends = [environment.on('storage', load), environment.on('visibility', load)]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

/** Whether the last of a conversation's answers has ended. */
function haveEnded({ summaries }: ConversationState, before: ConversationState): boolean {
  if (summaries === before.summaries) return false
  const quiet = new Set(summaries.flatMap(({ id, running }) => (running.length === 0 ? id : [])))
  return before.summaries.some(({ id, running }) => running.length > 0 && quiet.has(id))
}
