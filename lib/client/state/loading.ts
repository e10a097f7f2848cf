import type { Conversation, ConversationSummary } from '@/lib/protocol/api'
import { ApiError } from '../transport/api-calls'
import type { Core } from './core'
import { emptyEntry, withEntry } from './entries'
import type { KeptBranches } from './kept-branches'
import { withConversation, withEarlier, withoutConversation } from './merge'
import type { Sidebar } from './sidebar'
import type { Streams } from './streams'
import { type ConversationEntry, type ConversationState, newConversationId } from './types'

const pollIntervalMs = 5_000
/** How many messages of a conversation are loaded first: more than any screen shows. */
const firstCount = 60

const isWhole = (entry: ConversationEntry | undefined) => entry?.state === 'ready' && entry.earlier === 'here'

/** Loads conversations, and reloads those that have changed on the server. */
export function createLoading(
  { get, set, environment, client }: Core,
  streams: Streams,
  sidebar: Sidebar,
  branches: KeptBranches,
) {
  const fetching = new Map<string, Promise<void>>()
  /** The server's `updatedAt` of each conversation when it was fetched. */
  const fetchedAt = new Map<string, number>()
  let refreshing: Promise<void> | null = null

  async function loadConversation(id: string): Promise<void> {
    set({ shown: id, startedFromNew: null })
    streams.arrange()
    if (id === newConversationId) return
    const summary = get().summaries.find((each) => each.id === id)
    const entry = get().conversations[id]
    if (isWhole(entry) && !(summary && hasChanged(summary))) return
    await reload(id)
  }

  /** Fetches a conversation, or joins a fetch that is under way. */
  async function reload(id: string): Promise<void> {
    const current = fetching.get(id) ?? load(id)
    fetching.set(id, current)
    await current
  }

  /** Loads the end of a conversation first, and the rest once that is shown. */
  async function load(id: string): Promise<void> {
    const { state, earlier } = get().conversations[id] ?? emptyEntry(id, 'loading')
    const isHere = state === 'ready'
    if (!isHere) set((state) => withEntry(state, id, { state: 'loading', problem: null }))
    else if (earlier === 'failed') set((state) => withEntry(state, id, { earlier: 'loading', problem: null }))
    try {
      await fetchInto(id, isHere ? undefined : firstCount)
    } finally {
      fetching.delete(id)
    }
    // Otherwise the rest is loaded when the conversation is on screen again.
    if (!isHere && get().shown === id && get().conversations[id]?.earlier === 'loading') void reload(id)
  }

  async function fetchInto(id: string, newest?: number): Promise<void> {
    const before = get()
    try {
      const fetched = await client.conversation(id, newest)
      // The person deleted it during the request; Undo fetches it again.
      if (get().conversations[id]?.state === 'missing') return
      if (hasNewTurn(id, before)) return addEarlier(fetched)
      // A reader without a connection may be behind or ahead of this response; it restarts from here.
      streams.park(({ conversationId, reader }) => conversationId === id && reader !== 'open')
      set((state) => {
        const next = { ...state, ...withConversation(state, fetched, streams.reading) }
        // An open conversation keeps its branch even if another tab has chosen a different one.
        return isWhole(state.conversations[id]) ? next : { ...next, ...branches.restored(next, id) }
      })
      fetchedAt.set(id, fetched.updatedAt)
      streams.arrange()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      couldNotLoad(id, error)
    }
  }

  function addEarlier(fetched: Conversation): void {
    if (get().conversations[fetched.id]?.earlier === 'here') return
    set((state) => {
      const next = { ...state, ...withEarlier(state, fetched) }
      return { ...next, ...branches.restored(next, fetched.id) }
    })
    streams.arrange()
  }

  /** A turn sent since the fetch began makes the response outdated. */
  function hasNewTurn(id: string, before: ConversationState): boolean {
    const { messages, conversations } = get()
    const { messageIds, pending } = conversations[id] ?? emptyEntry(id, 'loading')
    const isNew = (each: string) => messages[each]?.generation?.id !== before.messages[each]?.generation?.id
    return (
      messageIds !== before.conversations[id]?.messageIds ||
      messageIds.some(isNew) ||
      (pending !== null && pending.problem === null)
    )
  }

  function couldNotLoad(id: string, { status, problem }: ApiError): void {
    if (status === 404) {
      set((state) => ({
        ...withEntry(state, id, { ...emptyEntry(id, 'missing'), problem }),
        running: withoutConversation(state.running, id),
      }))
    } else if (get().conversations[id]?.state === 'loading') {
      set((state) => withEntry(state, id, { state: 'failed', problem }))
    } else if (get().conversations[id]?.earlier === 'loading') {
      set((state) => withEntry(state, id, { earlier: 'failed', problem }))
    }
  }

  /** Refreshes the sidebar, and reloads the conversations that it shows to have changed. */
  function refresh(): Promise<void> {
    refreshing ??= refreshAll().finally(() => {
      refreshing = null
    })
    return refreshing
  }

  async function refreshAll(): Promise<void> {
    const entry = get().conversations[get().shown]
    if (entry?.state === 'failed' || entry?.earlier === 'failed') void reload(entry.id)
    if (!(await sidebar.refresh())) return
    const { summaries, conversations, shown } = get()
    for (const summary of summaries) {
      if (conversations[summary.id]?.state !== 'ready') continue
      if (hasEnded(summary) || (summary.id === shown && hasChanged(summary))) void reload(summary.id)
    }
  }

  function hasChanged({ id, updatedAt, running }: ConversationSummary): boolean {
    return updatedAt > (fetchedAt.get(id) ?? 0) || running.some((generationId) => !streams.has(generationId))
  }

  /** A reply whose log is not being read here has ended on the server. */
  function hasEnded({ id, running }: ConversationSummary): boolean {
    return Object.values(get().running).some(
      (each) => each.conversationId === id && !running.includes(each.id) && !streams.has(each.id),
    )
  }

  /** Refreshes every 5 s while a generation runs whose end this page would not receive. Returns how to stop. */
  function poll(): () => void {
    const unread = () => get().summaries.some(({ running }) => running.some((id) => !streams.receivesEnd(id)))
    const tick = () => {
      if (!environment.hidden() && unread()) void refresh()
      cancel = environment.timer(pollIntervalMs, tick)
    }
    let cancel = environment.timer(pollIntervalMs, tick)
    return () => cancel()
  }

  return { actions: { loadConversation }, reload, refresh, poll }
}
