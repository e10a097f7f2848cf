import type { Core } from './core'
import type { ConversationState } from './types'

const prefix = 'rill.unread.'

/**
 * Which conversations have a reply, ended or running, that has not been on screen since. It is in the browser's storage, so
 * that all tabs share it and a reload keeps it.
 */
export function createUnread({ get, set, environment }: Core) {
  /** Marks that could not be stored, because the storage is full or blocked. They last until a reload. */
  const unstored = new Set<string>()

  function stored(): string[] {
    const storage = environment.storage()
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? '')
    return keys.flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []))
  }

  function keep(id: string, unread: boolean): void {
    const storage = environment.storage()
    if (unread) unstored.add(id)
    else unstored.delete(id)
    try {
      if (!unread) storage?.removeItem(prefix + id)
      else if (storage) {
        storage.setItem(prefix + id, '1')
        unstored.delete(id)
      }
    } catch {
      // It is full.
    }
  }

  /** The unread conversations of a state. The same object when nothing changes. */
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

  /** Another tab may have shown what is unread here. */
  function load(): void {
    const state = get()
    const marks = Object.fromEntries([...stored(), ...unstored].map((id) => [id, true as const]))
    const unread = unreadIn({ ...state, unread: marks })
    const ids = Object.keys(unread)
    if (ids.length !== Object.keys(state.unread).length || ids.some((id) => !state.unread[id])) set({ unread })
  }

  return {
    unreadIn,
    /** Called after every change of the state. */
    changed(state: ConversationState, before: ConversationState): void {
      for (const id of Object.keys(state.unread)) if (!before.unread[id]) keep(id, true)
      for (const id of Object.keys(before.unread)) if (!state.unread[id]) keep(id, false)
      if (haveEnded(state, before)) load()
      else if (state.unread !== unreadIn(state)) set((now) => ({ unread: unreadIn(now) }))
    },
    /** Loads the marks, and again whenever another tab changes them. Returns how to stop. */
    connect(): () => void {
      load()
      const ends = [environment.on('storage', load), environment.on('visibility', load)]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

/** Whether the last running reply of a conversation has ended. */
function haveEnded({ summaries }: ConversationState, before: ConversationState): boolean {
  if (summaries === before.summaries) return false
  const quiet = new Set(summaries.flatMap(({ id, running }) => (running.length === 0 ? id : [])))
  return before.summaries.some(({ id, running }) => running.length > 0 && quiet.has(id))
}
