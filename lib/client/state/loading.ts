import type { Conversation, ConversationSummary } from '@/lib/protocol/api'
import { ApiError } from '../transport/api-calls'
import type { Core } from './core'
import { emptyEntry, withEntry } from './entries'
import type { KeptBranches } from './kept-branches'
import { withConversation, withEarlier, withoutConversation } from './merge'
import type { Sidebar } from './sidebar'
import type { Streams } from './streams'
import { type ConversationEntry, type ConversationState, newConversationId } from './types'

const pollInterval = 5_000
/** Of a conversation that is not here, so many messages come first: more than any screen shows. */
const firstCount = 60

const isWhole = (entry: ConversationEntry | undefined) => entry?.state === 'ready' && entry.earlier === 'here'

/** Fetching conversations, and noticing when the server has more of one than this page. */
export function createLoading(
  { get, set, environment, client }: Core,
  streams: Streams,
  sidebar: Sidebar,
  branches: KeptBranches,
) {
  const fetching = new Map<string, Promise<void>>()
  /** The server's `updatedAt` of each conversation as it was fetched. */
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

  /** Fetches a conversation; a fetch that is under way serves everybody. */
  async function reload(id: string): Promise<void> {
    const current = fetching.get(id) ?? load(id)
    fetching.set(id, current)
    await current
  }

  /** The end of a conversation that is not here comes first, and all of it once that is shown. */
  async function load(id: string): Promise<void> {
    const { state, earlier } = get().conversations[id] ?? emptyEntry(id, 'loading')
    const isHere = state === 'ready'
    if (!isHere) set((state) => withEntry(state, id, { state: 'loading', problem: null }))
    else if (earlier === 'failed') set((state) => withEntry(state, id, { earlier: 'loading', problem: null }))
    try {
      await take(id, isHere ? undefined : firstCount)
    } finally {
      fetching.delete(id)
    }
    // One that is left by then is fetched when it is on screen again.
    if (!isHere && get().shown === id && get().conversations[id]?.earlier === 'loading') void reload(id)
  }

  async function take(id: string, newest?: number): Promise<void> {
    const before = get()
    try {
      const fetched = await client.conversation(id, newest)
      // It was deleted here meanwhile, and is fetched again if it is brought back.
      if (get().conversations[id]?.state === 'missing') return
      if (hasGoneOn(id, before)) return addEarlier(fetched)
      // A reader without a connection is behind or ahead of this answer; it goes on from here.
      streams.park(({ conversationId, reader }) => conversationId === id && reader !== 'open')
      set((state) => {
        const next = { ...state, ...withConversation(state, fetched, streams.reading) }
        // An open conversation keeps its branch when another tab has chosen a different one.
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

  /** A turn that was sent meanwhile is newer than any answer. */
  function hasGoneOn(id: string, before: ConversationState): boolean {
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

  /** Looks what is new on the server: in the sidebar, and from there in the conversations that are here. */
  function refresh(): Promise<void> {
    refreshing ??= look().finally(() => {
      refreshing = null
    })
    return refreshing
  }

  async function look(): Promise<void> {
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

  /** A reply that nobody reads here, as its reader is parked, has ended on the server. */
  function hasEnded({ id, running }: ConversationSummary): boolean {
    return Object.values(get().running).some(
      (each) => each.conversationId === id && !running.includes(each.id) && !streams.has(each.id),
    )
  }

  /** While something runs of whose end nobody would tell, looks every 5 s how it stands. Gives the way to end that. */
  function poll(): () => void {
    const unread = () => get().summaries.some(({ running }) => running.some((id) => !streams.receivesEnd(id)))
    const tick = () => {
      if (!environment.hidden() && unread()) void refresh()
      cancel = environment.timer(pollInterval, tick)
    }
    let cancel = environment.timer(pollInterval, tick)
    return () => cancel()
  }

  return { actions: { loadConversation }, reload, refresh, poll }
}
