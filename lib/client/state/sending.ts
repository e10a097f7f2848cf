import type { Problem, StartData } from '@/lib/protocol/events'
import { ApiError, problemFrom } from '../transport/api-calls'
import { newTurnId } from '../transport/turn-id'
import type { SentTurn } from './apply'
import { type Core, dismiss, notify } from './core'
import { type Drafts, joinedDraft } from './drafts'
import { emptyEntry, withEntry } from './entries'
import { conversationOf, messageOf, visiblePath } from './selectors'
import type { Streams } from './streams'
import { type ConversationState, newConversationId } from './types'

/**
 * How many times a send is tried, as the same turn, when the network fails or the instance is shutting down. After that the
 * text is returned to the box.
 */
const MAX_ATTEMPTS = 5
/** With a longer `Retry-After`, the person decides. */
const maxRetryAfterMs = 10_000
const noConnection = 'Connection lost. Reconnecting…'
/** How long Stop waits for the start of a send, to stop its generation instead of leaving it to run. */
const stopTimeoutMs = 1_000

/** A turn on its way to the server. */
interface Sending {
  turn: SentTurn
  closing: AbortController
  /** Restores what the turn took, e.g. the text of the box. `problem` is null when it was stopped. */
  onFail(problem: Problem | null): void
}

/** Sending, regenerating, continuing and stopping. `refresh` is called when the server may know more than the page. */
export function createSending(core: Core, streams: Streams, drafts: Drafts, refresh: () => Promise<void>) {
  const { get, set, environment, client } = core
  /** By conversation. Each sends one turn at a time. */
  const sends = new Map<string, Sending>()

  const send: ConversationState['send'] = async ({ conversationId, text, model, parentId, maxTokens }) => {
    const id = conversationId ?? newConversationId
    if (text.trim() === '') return
    if (id !== newConversationId && get().conversations[id]?.state !== 'ready') await get().loadConversation(id)
    const entry = get().conversations[id] ?? emptyEntry(id, 'new')
    if (isBusy(id) || !['new', 'ready'].includes(entry.state)) return

    // A failed turn may have reached the server, so the same text is sent as the same turn.
    const { pending } = entry
    const failed = pending?.request.kind === 'answer' ? pending.request : null
    const samePlace = parentId === undefined || parentId === failed?.parentId
    const sameText = failed?.text === text && failed.maxTokens === maxTokens
    const same = samePlace && pending && sameText && pending.model === model
    const place = parentId === undefined ? (visiblePath(get(), id).at(-1) ?? null) : parentId
    const turn = newTurn({
      id: same ? pending.turnId : newTurnId(),
      conversationId: id,
      request: { kind: 'answer', parentId: place, text, maxTokens },
      model,
    })
    const drafted = parentId === undefined
    set((state) => ({ shown: id, ...(drafted ? { drafts: { ...state.drafts, [id]: '' } } : {}) }))
    await deliver(turn, (problem) => returnText(id, text, problem))
  }

  /** `maxTokens` limits the new reply, so that it fits in a budget or in what the model allows. */
  async function regenerate(
    kind: 'continue' | 'regenerate',
    replyId: string,
    named?: string,
    maxTokens?: number,
  ): Promise<void> {
    const state = get()
    const { generation, parentId: promptId } = messageOf(state, replyId) ?? {}
    const conversationId = conversationOf(state, replyId)?.id
    if (!generation || !promptId || !conversationId || isBusy(conversationId)) return
    // By default the model that began a reply continues it: another one writes differently.
    const chosen = kind === 'regenerate' ? state.summaries.find(({ id }) => id === conversationId)?.model : undefined
    const turn = newTurn({
      id: newTurnId(),
      conversationId,
      request: { kind, promptId, replyId, generationId: generation.id, maxTokens },
      model: named ?? chosen ?? generation.model,
    })
    await deliver(turn, (problem) => {
      set((now) => withEntry(now, conversationId, { pending: null }))
      if (!problem) return
      const what = kind === 'continue' ? 'Couldn’t continue.' : 'Couldn’t regenerate.'
      const shorter = problem.lowerMaxTokens
      const label = shorter ? `Limit to ${shorter.toLocaleString()} tokens` : undefined
      report(`${kind}:${replyId}`, `${what} ${problem.message}`, () => regenerate(kind, replyId, named, shorter), label)
      // The server may know more of the reply than the page.
      void refresh()
    })
  }

  const stop: ConversationState['stop'] = async (conversationId) => {
    const sending = sends.get(conversationId)
    if (sending && !sending.turn.stopping) await stopSending(sending)
    const running = Object.values(get().running).filter((each) => each.conversationId === conversationId)
    await Promise.all(running.filter(({ stopping }) => !stopping).map(({ id }) => stopGeneration(id, conversationId)))
  }

  /** Sends a turn; settles when it has started or failed. */
  async function deliver(turn: SentTurn, onFail: Sending['onFail']): Promise<void> {
    const { id: turnId, conversationId, request, model } = turn
    const closing = new AbortController()
    sends.set(conversationId, { turn, closing, onFail })
    const pending = { turnId, request, model, sentAt: environment.now(), stopping: false, delayed: null, problem: null }
    set((state) => withEntry(state, conversationId, { pending }))
    try {
      const started = await streams.start(sourceOf(turn, closing), closing)
      if (!started) fail(turn, null)
    } catch (error) {
      fail(turn, problemFrom(error))
    }
  }

  function sourceOf(turn: SentTurn, closing: AbortController) {
    return {
      open(_after: number, signal: AbortSignal): Promise<Response> {
        if (turn.start) throw new Error('The shared connection continues this log.')
        if (turn.stopping) closing.abort()
        const { id: turnId, conversationId, request, model } = turn
        const { maxTokens } = request
        if (request.kind !== 'answer')
          return client.regenerate(request.kind, request.generationId, { turnId, model, maxTokens }, signal)
        const { parentId, text } = request
        const place = conversationId === newConversationId ? {} : { conversationId, parentId }
        const settings = maxTokens === undefined ? {} : { settings: { maxTokens } }
        return client.chat({ ...place, turnId, text, model, ...settings }, signal)
      },
      shouldRetry(error: unknown, failures: number): boolean {
        // After the start, the shared connection continues the log.
        if (turn.start) return false
        const { status, retryAfterMs } = error instanceof ApiError ? error : { status: 0, retryAfterMs: 0 }
        // A rate limit is shown at once, however short it is.
        const isTransient = status === 0 || status === 503
        const retries = isTransient && retryAfterMs <= maxRetryAfterMs && failures < MAX_ATTEMPTS
        if (retries) markDelayed(turn.conversationId, status === 0 ? noConnection : problemFrom(error).message)
        return retries
      },
      onStart(start: StartData): void {
        turn.start = start
        if (turn.stopping) void stopGeneration(start.generationId, start.conversationId)
      },
    }
  }

  function fail(turn: SentTurn, problem: Problem | null): void {
    const sending = sends.get(turn.conversationId)
    sends.delete(turn.conversationId)
    sending?.onFail(problem)
    // A stopped turn may have reached the server.
    if (!problem) void refresh()
  }

  function returnText(id: string, text: string, problem: Problem | null): void {
    set((state) => {
      const pending = state.conversations[id]?.pending
      return {
        ...withEntry(state, id, { pending: pending && problem ? { ...pending, problem } : null }),
        drafts: { ...state.drafts, [id]: joinedDraft(text, state.drafts[id] ?? '') },
      }
    })
    drafts.keep(id)
  }

  async function stopSending({ turn, closing }: Sending): Promise<void> {
    const { conversationId, start } = turn
    turn.stopping = true
    if (start) return await stopGeneration(start.generationId, start.conversationId)
    set((state) => {
      const pending = state.conversations[conversationId]?.pending
      return pending ? withEntry(state, conversationId, { pending: { ...pending, stopping: true } }) : {}
    })
    environment.timer(stopTimeoutMs, () => turn.start || closing.abort())
  }

  async function stopGeneration(id: string, conversationId: string): Promise<void> {
    markStopping(id, true)
    try {
      await client.stop(id)
    } catch (error) {
      const turn = turnOf(id)
      if (turn) turn.stopping = false
      markStopping(id, false)
      const again = () => stop(conversationId)
      report(`stop:${id}`, `Couldn’t stop the reply. It’s still being written. ${problemFrom(error).message}`, again)
    }
  }

  function markDelayed(conversationId: string, delayed: string): void {
    const { pending } = get().conversations[conversationId] ?? {}
    if (pending) set((state) => withEntry(state, conversationId, { pending: { ...pending, delayed } }))
  }

  function markStopping(id: string, stopping: boolean): void {
    const known = get().running[id]
    if (known) set(({ running }) => ({ running: { ...running, [id]: { ...known, stopping } } }))
  }

  function isBusy(conversationId: string): boolean {
    if (!sends.has(conversationId)) return false
    const text = 'Your previous message is still being sent. Wait for it, or stop it.'
    notify(core, { id: 'busy', text, tone: 'quiet' })
    return true
  }

  function report(id: string, text: string, again: () => Promise<void>, label = 'Try again'): void {
    const run = () => {
      dismiss(core, id)
      void again()
    }
    notify(core, { id, text, tone: 'danger', action: { label, run } })
  }

  function turnOf(generationId: string): SentTurn | undefined {
    return [...sends.values()].find(({ turn }) => turn.start?.generationId === generationId)?.turn
  }

  return {
    actions: {
      send,
      regenerate: (messageId: string, { model, maxTokens }: { model?: string; maxTokens?: number } = {}) =>
        regenerate('regenerate', messageId, model, maxTokens),
      continueReply: (messageId: string, model?: string) => regenerate('continue', messageId, model),
      stop,
    },
    /** The turn that started a generation, until that is committed to the state. */
    turnOf,
    /** Called after the start of a turn is in the state: drops its stored draft. Returns its conversation, once. */
    committed(generationId: string): string | null {
      const turn = turnOf(generationId)
      if (!turn?.start) return null
      sends.delete(turn.conversationId)
      drafts.keep(turn.conversationId)
      drafts.keep(turn.start.conversationId)
      return turn.start.conversationId
    },
  }
}

function newTurn(given: Omit<SentTurn, 'stopping' | 'start'>): SentTurn {
  return { ...given, stopping: false, start: null }
}
