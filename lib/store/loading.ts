import type { ConversationSummary } from '@/lib/protocol/api'
import { ApiError } from './client'
import type { Core } from './core'
import { emptyEntry, withEntry } from './entries'
import { withConversation, withoutConversation } from './merge'
import type { Sidebar } from './sidebar'
import type { Streams } from './streams'
import { newConversationId } from './types'

const pollInterval = 5_000

/** Fetching conversations, and noticing when the server has more of one than this page. */
export function createLoading({ get, set, page, client }: Core, streams: Streams, sidebar: Sidebar) {
  const fetching = new Map<string, Promise<void>>()
  /** The server's `updatedAt` of each conversation as it was fetched. */
  const fetchedAt = new Map<string, number>()
  let refreshing: Promise<void> | null = null

  async function loadConversation(id: string): Promise<void> {
    set({ shown: id, startedFromNew: null })
    streams.arrange()
    if (id === newConversationId) return
    const summary = get().summaries.find((each) => each.id === id)
    if (get().conversations[id]?.state === 'ready' && !(summary && hasChanged(summary))) return
    await reload(id)
  }

  /** Fetches a conversation; a fetch that is under way serves everybody. */
  async function reload(id: string): Promise<void> {
    const current = fetching.get(id) ?? load(id).finally(() => fetching.delete(id))
    fetching.set(id, current)
    await current
  }

  async function load(id: string): Promise<void> {
    if (get().conversations[id]?.state !== 'ready')
      set((state) => withEntry(state, id, { state: 'loading', problem: null }))
    const before = get().conversations[id]
    const messagesBefore = get().messages
    try {
      const fetched = await client.conversation(id)
      const now = get().conversations[id]
      // A turn that was sent meanwhile is newer than this answer.
      const { messages } = get()
      const isNew = (each: string) => messages[each]?.generation?.id !== messagesBefore[each]?.generation?.id
      if (now?.messageIds !== before?.messageIds || now?.messageIds.some(isNew)) return
      if (now?.pending && !now.pending.problem) return
      // A reader without a connection is behind or ahead of this answer; it goes on from here.
      streams.park(({ conversationId, reader }) => conversationId === id && reader !== 'open')
      set((state) => withConversation(state, fetched, streams.reading))
      fetchedAt.set(id, fetched.updatedAt)
      streams.arrange()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      couldNotLoad(id, error)
    }
  }

  function couldNotLoad(id: string, { status, problem }: ApiError): void {
    if (status === 404) {
      set((state) => ({
        ...withEntry(state, id, { ...emptyEntry(id, 'missing'), problem }),
        running: withoutConversation(state.running, id),
      }))
    } else if (get().conversations[id]?.state === 'loading') {
      set((state) => withEntry(state, id, { state: 'failed', problem }))
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
    if (get().conversations[get().shown]?.state === 'failed') void reload(get().shown)
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
    const unread = () => get().summaries.some(({ running }) => running.some((id) => !streams.hears(id)))
    const tick = () => {
      if (!page.hidden() && unread()) void refresh()
      cancel = page.timer(pollInterval, tick)
    }
    let cancel = page.timer(pollInterval, tick)
    return () => cancel()
  }

  return { actions: { loadConversation }, reload, refresh, poll }
}
