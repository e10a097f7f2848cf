import type { ConversationSummary } from '@/lib/protocol/api'
import { plainTitle, shortened } from '@/lib/protocol/title'
import { ApiError, problemFrom } from '../transport/api-calls'
import { type Core, dismiss, notify } from './core'
import { withEntry } from './entries'
import { newestFirst, withFirstPage, withSummaries } from './summaries'
import type { ConversationState } from './types'

/** The longest title within a sentence, in characters. */
const quotedLength = 50

export type Sidebar = ReturnType<typeof createSidebar>

/**
 * The list of conversations: loading more, renaming, deleting and restoring. Every change shows at once. `reload` is called
 * for a conversation that was deleted while it was being fetched.
 */
export function createSidebar(core: Core, reload: (id: string) => void) {
  const { get, set, client } = core
  /** How many changes the server hasn't confirmed: a list fetched before that may lack them. */
  let changing = 0
  let loadingMore = false

  async function change(call: Promise<void>): Promise<void> {
    changing += 1
    try {
      await call
    } finally {
      changing -= 1
    }
  }

  /** Fetches the first page again. False when that failed, or when the page may lack a change made here. */
  async function refresh(): Promise<boolean> {
    const before = get().summaries
    if (changing > 0) return false
    try {
      const fetched = await client.conversations(null)
      // The list changed on this page during the request, so the fetched list is outdated.
      if (get().summaries !== before) return await refresh()
      set((state) => withFirstPage(state, fetched))
      return true
    } catch (error) {
      // The person didn't ask for it, and it is repeated.
      if (error instanceof ApiError) return false
      throw error
    }
  }

  async function loadMoreSummaries(): Promise<void> {
    const { nextCursor } = get()
    if (nextCursor === null || loadingMore) return
    loadingMore = true
    try {
      const { conversations, nextCursor: next } = await client.conversations(nextCursor)
      set(({ summaries }) => ({ ...withSummaries(summaries, conversations), nextCursor: next }))
    } catch (error) {
      report('more', 'Couldn’t load older conversations.', error)
    } finally {
      loadingMore = false
    }
  }

  async function rename(id: string, title: string): Promise<void> {
    const before = summaryOf(id)?.title
    if (before === undefined || before === title) return
    set((state) => changed(state, id, { title }))
    try {
      await change(client.change(id, { title }))
    } catch (error) {
      if (summaryOf(id)?.title === title) set((state) => changed(state, id, { title: before }))
      report(`rename:${id}`, `Couldn’t rename ${quoted(before)}.`, error)
    }
  }

  async function chooseModel(id: string, model: string): Promise<void> {
    const before = summaryOf(id)?.model
    if (before === undefined || before === model) return
    set((state) => changed(state, id, { model }))
    try {
      await change(client.change(id, { model }))
    } catch (error) {
      if (summaryOf(id)?.model === model) set((state) => changed(state, id, { model: before }))
      report(`model:${id}`, 'Couldn’t change the model.', error)
    }
  }

  async function remove(id: string, onReturn?: () => void): Promise<void> {
    const summary = summaryOf(id)
    if (!summary) return
    const entry = get().conversations[id]
    const title = quoted(summary.title)
    const hide = () =>
      set((state) => ({
        summaries: state.summaries.filter((each) => each.id !== id),
        ...(entry ? withEntry(state, id, { state: 'missing', problem: null }) : {}),
      }))
    const show = () =>
      set((state) => ({
        summaries: newestFirst([summary, ...state.summaries.filter((each) => each.id !== id)]),
        ...(entry ? withEntry(state, id, entry) : {}),
      }))
    const restoreStorage = removeStored(core.environment.storage(), id)
    const restored = () => {
      restoreStorage()
      onReturn?.()
      // What was fetched while it was hidden was dropped.
      if (entry && (entry.state !== 'ready' || entry.earlier !== 'here')) reload(id)
    }
    const offer = `deleted:${id}`
    const undo = async () => {
      dismiss(core, offer)
      show()
      try {
        if ((await failure) === null) await change(client.change(id, { deleted: false }))
        restored()
      } catch (error) {
        hide()
        report(`undo:${id}`, `Couldn’t restore ${title}.`, error)
      }
    }

    hide()
    const failure = failureOf(change(client.remove(id)))
    const action = { label: 'Undo', run: () => void undo() }
    notify(core, { id: offer, text: `Deleted ${title}.`, tone: 'quiet', action })
    const error = await failure
    if (error === null) return
    dismiss(core, offer)
    show()
    restored()
    report(`remove:${id}`, `Couldn’t delete ${title}.`, error)
  }

  const summaryOf = (id: string) => get().summaries.find((each) => each.id === id)

  function report(id: string, what: string, error: unknown): void {
    notify(core, { id, text: `${what} ${problemFrom(error).message}`, tone: 'danger' })
  }

  return { actions: { loadMoreSummaries, rename, remove }, chooseModel, refresh }
}

function quoted(title: string): string {
  return `“${shortened(plainTitle(title), quotedLength)}”`
}

function changed(
  { summaries }: ConversationState,
  id: string,
  change: Partial<ConversationSummary>,
): Pick<ConversationState, 'summaries'> {
  return { summaries: summaries.map((each) => (each.id === id ? { ...each, ...change } : each)) }
}

/** Removes what the browser's storage has of a conversation. Returns how to restore it. */
function removeStored(storage: Storage | null, id: string): () => void {
  const keys = ['rill.draft.', 'rill.branch.'].map((prefix) => prefix + id)
  const kept = keys.map((key) => [key, storage?.getItem(key)] as const)
  for (const key of keys) storage?.removeItem(key)
  return () => {
    try {
      for (const [key, value] of kept) if (value) storage?.setItem(key, value)
    } catch {
      // The storage is full. The page still has both.
    }
  }
}

/** The error of a deletion, or null. A 404 means that it is deleted already. */
async function failureOf(deletion: Promise<void>): Promise<unknown> {
  try {
    await deletion
    return null
  } catch (error) {
    return error instanceof ApiError && error.status === 404 ? null : error
  }
}
