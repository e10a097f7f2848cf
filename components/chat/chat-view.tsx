'use client'
import { useEffect, useMemo, useState } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { ChatComposer } from '@/components/composer/chat-composer'
import { openFind } from '@/components/find/open-find'
import { preloadMarkdown } from '@/components/markdown/use-markdown'
import { Header } from '@/components/page/header'
import { useConversationId } from '@/components/page/use-conversation-id'
import { branchStatusOf } from '@/components/transcript/branch-status'
import { LazyTranscript, wantTranscript } from '@/components/transcript/lazy-transcript'
import { ConversationUnavailable, TranscriptSkeleton } from '@/components/transcript/placeholders'
import { composerId } from '@/components/ui/composer-focus'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { useConversations } from '@/lib/client/state/context'
import { visiblePath } from '@/lib/client/state/selectors'
import { type ConversationState, newConversationId, type TurnRequest } from '@/lib/client/state/types'
import { plainTitle } from '@/lib/protocol/title'
import { Starters, WelcomeHeading } from './welcome'

const announcer = lazyComponent(() => import('@/components/transcript/announcer').then((module) => module.Announcer))
const conversationTitle = lazyComponent(() =>
  import('@/components/conversation/conversation-title').then((module) => module.ConversationTitle),
)

/**
 * The chat, at `/` and at `/c/{id}`. It stays mounted while the address changes, so a conversation that starts
 * at `/` is shown there at once and the address follows.
 */
export function ChatView() {
  const id = useConversationId()
  const startedFromNew = useConversations((state) => state.startedFromNew)
  const conversationId = id ?? startedFromNew ?? newConversationId
  const entry = useConversations((state) => state.conversations[conversationId])
  const title = useConversations((state) => plainTitle(titleIn(state, conversationId)))
  const path = useConversations(useShallow((state) => visiblePath(state, conversationId)))
  const tail = useConversations(useShallow((state) => branchStatusOf(state, conversationId)))
  const load = useConversations((state) => state.loadConversation)
  const address = id ?? newConversationId
  const viewKey = useViewKey(conversationId, startedFromNew)

  const pending = entry?.pending?.problem === null ? entry.pending : null
  const shownPath = useMemo(() => (pending ? upTo(path, pending.request) : path), [path, pending])
  const empty = path.length === 0 && !tail.sending
  const { component: Title } = conversationTitle.useComponent(!empty)
  const { component: Announcer } = announcer.useComponent(!empty)

  useEffect(() => void load(address), [address, load])
  useAddressFollows(id, startedFromNew)
  useEscapeStops(conversationId, tail.running)
  useEffect(() => {
    if (!empty) wantMessages()
  }, [empty])

  const [covered, setCovered] = useState(false)
  const absent = entry?.state === 'missing' || entry?.state === 'failed' ? entry : null
  const welcome = !absent && empty && (!id || entry?.state === 'ready')
  return (
    <>
      <title>{title ? `${title} · Rill` : 'Rill'}</title>
      <Header title={absent || welcome ? '' : title || 'Conversation'}>
        {Title && title && !absent && !welcome ? (
          <Title key={viewKey} id={conversationId} name={title} onFind={empty ? undefined : openFind} />
        ) : null}
      </Header>
      {/* The composer stays the same element wherever it stands: it keeps the focus and what can be undone. */}
      <div className={`flex min-h-0 flex-1 flex-col ${welcome ? 'scrolls' : ''}`}>
        {absent ? (
          <ConversationUnavailable entry={absent} onRetry={() => void load(conversationId)} />
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
            running={tail.running}
          />
        )}
        {entry?.state === 'missing' ? null : (
          <ChatComposer
            conversationId={conversationId}
            tail={tail}
            floating={welcome}
            onInput={wantMessages}
            onCovers={setCovered}
          />
        )}
        {welcome ? <Starters conversationId={conversationId} covered={covered} /> : null}
      </div>
      {Announcer ? (
        <Announcer
          key={`said in ${viewKey}`}
          running={tail.running}
          generationId={tail.generationId}
          status={tail.status}
          problem={tail.problem}
        />
      ) : null}
    </>
  )
}

const titleIn = ({ summaries }: ConversationState, id: string) => summaries.find((each) => each.id === id)?.title ?? ''

/** Starts fetching all that shows messages. */
function wantMessages(): void {
  void announcer.preload()
  wantTranscript()
  preloadMarkdown()
}

/** The part of a branch that stays while a turn is sent: what is request for anew takes the place of what stood there. */
function upTo(path: string[], request: TurnRequest): string[] {
  if (request.kind === 'continue') return path
  const last = request.kind === 'answer' ? request.parentId : request.promptId
  return last === null ? [] : path.slice(0, path.indexOf(last) + 1)
}

/** Changes when another conversation comes on screen, but not when the new one gets its id. */
function useViewKey(conversationId: string, startedFromNew: string | null): string {
  const [view, setView] = useState({ id: conversationId, key: conversationId })
  if (view.id === conversationId) return view.key
  const grown = view.id === newConversationId && conversationId === startedFromNew
  const next = { id: conversationId, key: grown ? view.key : conversationId }
  setView(next)
  return next.key
}

/**
 * At once, without asking the server: a reload or a way elsewhere may come any moment. Back leads to the empty conversation
 * that it began as.
 */
function useAddressFollows(id: string | undefined, startedFromNew: string | null): void {
  useEffect(() => {
    if (!id && startedFromNew) window.history.pushState(null, '', `/c/${startedFromNew}`)
  }, [id, startedFromNew])
}

/** Escape stops what runs, unless something else has a use for it: what floats, a drawer, another field. */
function useEscapeStops(conversationId: string, running: boolean): void {
  const stop = useConversations((state) => state.stop)
  useEffect(() => {
    if (!running) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.shiftKey || event.defaultPrevented) return
      const focused = event.target instanceof Element ? event.target : null
      const field = focused?.closest('input, textarea, select, [role="dialog"], [role="menu"]')
      if ((field && field.id !== composerId) || document.querySelector('main[inert]')) return
      void stop(conversationId)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [conversationId, running, stop])
}
