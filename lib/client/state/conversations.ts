import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConversationPage, ModelList, Settings } from '@/lib/protocol/api'
import { type BrowserEnvironment, browserEnvironment } from '../transport/browser-environment'
import { createChatClient } from '../transport/chat-client'
import { applied } from './apply'
import { createCommits } from './commit'
import { type Core, dismiss, notify } from './core'
import { createDrafts } from './drafts'
import { emptyEntry, withEntry } from './entries'
import { createKeptBranches } from './kept-branches'
import { createLoading } from './loading'
import { choicesTo } from './selectors'
import { createSending } from './sending'
import { createSettings } from './settings'
import { createSidebar } from './sidebar'
import { createStreams } from './streams'
import { type ConversationState, newConversationId } from './types'
import { createUnread } from './unread'

/** What the server renders the page with. */
export interface InitialState {
  conversations: ConversationPage
  settings: Settings
  models: ModelList | null
}

export interface ConversationStore extends StoreApi<ConversationState> {
  /** Subscribes to the browser: storage, connection, visibility, logs. Returns how to disconnect. */
  connect(): () => void
}

/** The store that the page renders from: conversations, messages and running generations. */
export function createConversationStore(
  initial: InitialState,
  environment: BrowserEnvironment = browserEnvironment,
): ConversationStore {
  const core: Core = {
    get: () => store.getState(),
    set: (change) => store.setState(change),
    environment,
    client: createChatClient(environment),
  }
  const { set } = core
  const commits = createCommits(environment, (batches) => {
    set((state) => {
      const next = { ...state, ...applied(state, batches, sending.turnOf, environment.now()) }
      return { ...next, unread: unread.unreadIn(next) }
    })
    for (const generationId of batches.keys()) {
      const started = sending.committed(generationId)
      if (started) branches.keep(started)
    }
    streams.arrange()
  })
  const drafts = createDrafts(core)
  const streams = createStreams(core, commits, (id) => void loading.reload(id))
  const unread = createUnread(core)
  const sidebar = createSidebar(core, (id) => void loading.reload(id))
  const branches = createKeptBranches(core)
  const loading = createLoading(core, streams, sidebar, branches)
  const settings = createSettings(core, sidebar.chooseModel)
  const sending = createSending(core, streams, drafts, loading.refresh)

  const store = createStore<ConversationState>()(() => ({
    ...initialData(initial),
    ...loading.actions,
    ...sending.actions,
    ...sidebar.actions,
    ...settings.actions,
    choose(conversationId, parentId, childId) {
      set((state) => {
        const chosen = { ...state.conversations[conversationId]?.chosen, [parentId ?? '']: childId }
        return withEntry(state, conversationId, { chosen })
      })
      branches.keep(conversationId)
    },
    reveal(conversationId, messageId) {
      const choices = choicesTo(store.getState(), conversationId, messageId)
      if (choices) {
        set((state) => {
          const chosen = { ...state.conversations[conversationId]?.chosen, ...choices }
          return withEntry(state, conversationId, { chosen })
        })
        branches.keep(conversationId)
      }
      return choices !== null
    },
    setDraft(conversationId, text) {
      set((state) => ({ drafts: { ...state.drafts, [conversationId]: text } }))
      drafts.keep(conversationId)
    },
    notify: (notice) => notify(core, notice),
    dismiss: (noticeId) => dismiss(core, noticeId),
  }))

  function connect(): () => void {
    const wake = () => {
      set({ online: environment.online() })
      if (environment.online() && !environment.hidden()) void loading.refresh()
    }
    set((state) => ({ online: environment.online(), drafts: { ...drafts.stored(), ...state.drafts } }))
    void settings.sendTimeZone()
    const ends = [
      streams.connect(),
      // Summaries list running generations, whose ends this page follows.
      store.subscribe((state, before) => state.summaries !== before.summaries && streams.arrange()),
      store.subscribe(unread.changed),
      unread.connect(),
      environment.on('visibility', wake),
      environment.on('connection', wake),
      loading.poll(),
    ]
    return () => {
      for (const end of ends) end()
    }
  }

  return { ...store, connect }
}

function initialData({ conversations, settings, models }: InitialState) {
  return {
    conversations: { [newConversationId]: emptyEntry(newConversationId, 'new') },
    summaries: conversations.conversations,
    nextCursor: conversations.nextCursor,
    messages: {},
    growing: {},
    running: {},
    shown: newConversationId,
    startedFromNew: null,
    drafts: {},
    models,
    settings,
    unread: {},
    notices: [],
    online: true,
  }
}
