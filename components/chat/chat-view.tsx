'use client'
import { useEffect, useMemo, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { ChatComposer } from '@/components/composer/chat-composer'
import { openFind } from '@/components/find/open-find'
import { preloadMarkdown } from '@/components/markdown/use-markdown'
import { Header } from '@/components/page/header'
import { useConversationId } from '@/components/page/use-conversation-id'
import { type BranchStatus, branchStatusOf } from '@/components/transcript/branch-status'
import { LazyTranscript, preloadTranscript } from '@/components/transcript/lazy-transcript'
import { ConversationUnavailable, TranscriptSkeleton } from '@/components/transcript/placeholders'
import { composerId } from '@/components/ui/composer-focus'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { useConversations } from '@/lib/client/state/context'
import { visiblePath } from '@/lib/client/state/selectors'
import { type ConversationState, newConversationId, type TurnRequest } from '@/lib/client/state/types'
import { plainTitle } from '@/lib/protocol/title'
import { Starters, WelcomeHeading } from './welcome'

const lazyAnnouncer = lazyComponent(() =>
  import('@/components/transcript/announcer').then((module) => module.Announcer),
)
const lazyTitle = lazyComponent(() =>
  import('@/components/conversation/conversation-title').then((module) => module.ConversationTitle),
)

/**
 * The chat, at `/` and at `/c/{id}`. It stays mounted while the URL changes, so that a conversation that starts at `/`
 * doesn't wait for a navigation.
 */
export function ChatView() {
  const id = useConversationId()
  const startedFromNew = useConversations((state) => state.startedFromNew)
  const conversationId = id ?? startedFromNew ?? newConversationId
  const entry = useConversations((state) => state.conversations[conversationId])
  const title = useConversations((state) => plainTitle(titleOf(state, conversationId)))
  const path = useConversations(useShallow((state) => visiblePath(state, conversationId)))
  const branch = useConversations(useShallow((state) => branchStatusOf(state, conversationId)))
  const load = useConversations((state) => state.loadConversation)
  const routeId = id ?? newConversationId
  const viewKey = useViewKey(conversationId, startedFromNew)

  const pending = entry?.pending?.problem === null ? entry.pending : null
  const shownPath = useMemo(() => (pending ? pathBefore(path, pending.request) : path), [path, pending])
  const empty = path.length === 0 && !branch.sending
  const { component: Title } = lazyTitle.useComponent(!empty)

  useEffect(() => void load(routeId), [routeId, load])
  useUrlOfNewConversation(id, startedFromNew)
  useEscapeStops(conversationId, branch.running)
  useEffect(() => {
    if (!empty) preloadMessages()
  }, [empty])

  const [overlapped, setOverlapped] = useState(false)
  const unavailable = entry?.state === 'missing' || entry?.state === 'failed' ? entry : null
  const welcome = !unavailable && empty && (!id || entry?.state === 'ready')
  return (
    <>
      <title>{title ? `${title} · Rill` : 'Rill'}</title>
      <Header title={unavailable || welcome ? '' : title || 'Conversation'}>
        {Title && title && !unavailable && !welcome ? (
          <Title key={viewKey} id={conversationId} name={title} onFind={empty ? undefined : openFind} />
        ) : null}
      </Header>
      {/* The composer stays the same element in both layouts, to keep its focus and undo history. */}
      <div className={`flex min-h-0 flex-1 flex-col ${welcome ? 'scrolls' : ''}`}>
        {unavailable ? (
          <ConversationUnavailable entry={unavailable} onRetry={() => void load(conversationId)} />
        ) : welcome ? (
          <WelcomeHeading />
        ) : empty ? (
          <TranscriptSkeleton />
        ) : (
          <LazyTranscript
            key={viewKey}
            conversationId={conversationId}
            path={shownPath}
            pending={pending}
            running={branch.running}
          />
        )}
        {entry?.state === 'missing' ? null : (
          <ChatComposer
            conversationId={conversationId}
            branch={branch}
            floating={welcome}
            onInput={preloadMessages}
            onOverlap={setOverlapped}
          />
        )}
        {welcome ? <Starters conversationId={conversationId} hidden={overlapped} /> : null}
      </div>
      <LazyAnnouncer key={viewKey} branch={branch} enabled={!empty} />
    </>
  )
}

function LazyAnnouncer({ branch, enabled }: { branch: BranchStatus; enabled: boolean }) {
  const { component: Announcer } = lazyAnnouncer.useComponent(enabled)
  const { running, generationId, status, problem } = branch
  if (!Announcer) return null
  return <Announcer running={running} generationId={generationId} status={status} problem={problem} />
}

function titleOf({ summaries }: ConversationState, id: string): string {
  return summaries.find((each) => each.id === id)?.title ?? ''
}

/** Starts loading the code that shows messages. */
function preloadMessages(): void {
  void lazyAnnouncer.preload()
  preloadTranscript()
  preloadMarkdown()
}

/** The part of a branch that stays visible while a turn is sent: a new reply takes the place of the old one. */
function pathBefore(path: string[], request: TurnRequest): string[] {
  if (request.kind === 'continue') return path
  const last = request.kind === 'answer' ? request.parentId : request.promptId
  return last === null ? [] : path.slice(0, path.indexOf(last) + 1)
}

/** A React key that changes with the conversation, but not when a new conversation gets its id. */
function useViewKey(conversationId: string, startedFromNew: string | null): string {
  const [view, setView] = useState({ id: conversationId, key: conversationId })
  if (view.id === conversationId) return view.key
  const gotId = view.id === newConversationId && conversationId === startedFromNew
  const next = { id: conversationId, key: gotId ? view.key : conversationId }
  setView(next)
  return next.key
}

/**
 * Gives a new conversation its URL without a navigation, so that a reload right after sending finds it. Back leads to
 * the empty conversation.
 */
function useUrlOfNewConversation(id: string | undefined, startedFromNew: string | null): void {
  useEffect(() => {
    if (!id && startedFromNew) window.history.pushState(null, '', `/c/${startedFromNew}`)
  }, [id, startedFromNew])
}

/** Escape stops the running reply, unless a popup, the drawer or another field handles it. */
function useEscapeStops(conversationId: string, running: boolean): void {
  const stop = useConversations((state) => state.stop)
  useEffect(() => {
    if (!running) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.shiftKey || event.defaultPrevented) return
      const focused = event.target instanceof Element ? event.target : null
      const field = focused?.closest('input, textarea, select, [role="dialog"], [role="menu"]')
      if ((field && field.id !== composerId) || document.querySelector('main[inert]')) return
      void stop(conversationId)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [conversationId, running, stop])
}
