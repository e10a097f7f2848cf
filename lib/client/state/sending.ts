import { v7 as uuidv7 } from 'uuid'
import type { Problem, StartData } from '@/lib/protocol/events'
import { ApiError, problemFrom } from '../transport/api-calls'
import type { Turn } from './apply'
import { type Core, dismiss, notify } from './core'
import { type Drafts, joinedDraft } from './drafts'
import { emptyEntry, withEntry } from './entries'
import { conversationOf, messageOf, visiblePath } from './selectors'
import type { Streams } from './streams'
import { type ConversationState, newConversationId } from './types'

/**
 * A send that the network swallows, or that comes to an instance which is about to close, is made so many times, as the
 * same turn, before the text is given back.
 */
const attempts = 5
/** A longer wait that the server asks for is left to the person. */
const longestWait = 10_000
const noConnection = 'Connection lost. Reconnecting…'
/** Stop waits so long to hear which generation a send became, so that it can be stopped rather than left to run. */
const stopGrace = 1_000

/** A turn on its way to the server. */
interface Sending {
  turn: Turn
  closing: AbortController
  /** What becomes of it when it fails: the words go back to the box, or for a reply that is run again, nothing is lost. */
  onFail(problem: Problem | null): void
}

/** Sending, asking for a reply again, and stopping. `refresh` looks what the server has, when it may have more than this page knows. */
export function createSending(core: Core, streams: Streams, drafts: Drafts, refresh: () => Promise<void>) {
  const { get, set, environment, client } = core
  /** By conversation; each can send one turn at a time. */
  const sends = new Map<string, Sending>()

  const send: ConversationState['send'] = async ({ conversationId, text, model, parentId, maxTokens }) => {
    const id = conversationId ?? newConversationId
    if (text.trim() === '') return
    if (id !== newConversationId && get().conversations[id]?.state !== 'ready') await get().loadConversation(id)
    const entry = get().conversations[id] ?? emptyEntry(id, 'new')
    if (isBusy(id) || !['new', 'ready'].includes(entry.state)) return

    // After a failure nobody knows how far the turn got, so the same words go again as the same turn.
    const { pending } = entry
    const failed = pending?.asked.kind === 'answer' ? pending.asked : null
    const samePlace = parentId === undefined || parentId === failed?.parentId
    const sameWords = failed?.text === text && failed.maxTokens === maxTokens
    const same = samePlace && pending && sameWords && pending.model === model
    const place = parentId === undefined ? (visiblePath(get(), id).at(-1) ?? null) : parentId
    const turn = newTurn({
      id: same ? pending.turnId : uuidv7(),
      conversationId: id,
      asked: { kind: 'answer', parentId: place, text, maxTokens },
      model,
    })
    const drafted = parentId === undefined
    set((state) => ({ shown: id, ...(drafted ? { drafts: { ...state.drafts, [id]: '' } } : {}) }))
    await deliver(turn, (problem) => giveBack(id, text, problem))
  }

  /** `maxTokens` is for an answer that is to be shorter than the one there was, so that it fits in a budget, or the model allows it. */
  async function askAgain(
    kind: 'continue' | 'regenerate',
    replyId: string,
    named?: string,
    maxTokens?: number,
  ): Promise<void> {
    const state = get()
    const { generation, parentId: promptId } = messageOf(state, replyId) ?? {}
    const conversationId = conversationOf(state, replyId)?.id
    if (!generation || !promptId || !conversationId || isBusy(conversationId)) return
    // What one model began, another would go on with in another voice.
    const chosen = kind === 'regenerate' ? state.summaries.find(({ id }) => id === conversationId)?.model : undefined
    const turn = newTurn({
      id: uuidv7(),
      conversationId,
      asked: { kind, promptId, replyId, generationId: generation.id, maxTokens },
      model: named ?? chosen ?? generation.model,
    })
    await deliver(turn, (problem) => {
      set((now) => withEntry(now, conversationId, { pending: null }))
      if (!problem) return
      const what = kind === 'continue' ? 'Couldn’t continue.' : 'Couldn’t regenerate.'
      const shorter = problem.lowerMaxTokens
      const label = shorter ? `Limit to ${shorter.toLocaleString()} tokens` : undefined
      report(`${kind}:${replyId}`, `${what} ${problem.message}`, () => askAgain(kind, replyId, named, shorter), label)
      // It may stand otherwise on the server than here.
      void refresh()
    })
  }

  const stop: ConversationState['stop'] = async (conversationId) => {
    const sending = sends.get(conversationId)
    if (sending && !sending.turn.stopping) await stopSending(sending)
    const running = Object.values(get().running).filter((each) => each.conversationId === conversationId)
    await Promise.all(running.filter(({ stopping }) => !stopping).map(({ id }) => stopGeneration(id, conversationId)))
  }

  /** Puts a turn on its way; settles when it has started or failed. */
  async function deliver(turn: Turn, onFail: Sending['onFail']): Promise<void> {
    const { id: turnId, conversationId, asked, model } = turn
    const closing = new AbortController()
    sends.set(conversationId, { turn, closing, onFail })
    const pending = { turnId, asked, model, sentAt: environment.now(), stopping: false, delayed: null, problem: null }
    set((state) => withEntry(state, conversationId, { pending }))
    try {
      const started = await streams.start(sourceOf(turn, closing), closing)
      if (!started) fail(turn, null)
    } catch (error) {
      fail(turn, problemFrom(error))
    }
  }

  function sourceOf(turn: Turn, closing: AbortController) {
    return {
      open(_after: number, signal: AbortSignal): Promise<Response> {
        if (turn.start) throw new Error('The shared connection reads on.')
        if (turn.stopping) closing.abort()
        const { id: turnId, conversationId, asked, model } = turn
        const { maxTokens } = asked
        if (asked.kind !== 'answer')
          return client.again(asked.kind, asked.generationId, { turnId, model, maxTokens }, signal)
        const { parentId, text } = asked
        const place = conversationId === newConversationId ? {} : { conversationId, parentId }
        const settings = maxTokens === undefined ? {} : { settings: { maxTokens } }
        return client.chat({ ...place, turnId, text, model, ...settings }, signal)
      },
      shouldRetry(error: unknown, failures: number): boolean {
        // What has started is read on by the shared connection.
        if (turn.start) return false
        const { status, retryAfterMs } = error instanceof ApiError ? error : { status: 0, retryAfterMs: 0 }
        // A limit is the person's to know of at once, however soon it passes.
        const passes = status === 0 || status === 503
        const goesAgain = passes && retryAfterMs <= longestWait && failures < attempts
        if (goesAgain) markDelayed(turn.conversationId, status === 0 ? noConnection : problemFrom(error).message)
        return goesAgain
      },
      onStart(start: StartData): void {
        turn.start = start
        if (turn.stopping) void stopGeneration(start.generationId, start.conversationId)
      },
    }
  }

  function fail(turn: Turn, problem: Problem | null): void {
    const sending = sends.get(turn.conversationId)
    sends.delete(turn.conversationId)
    sending?.onFail(problem)
    // A turn that was stopped may have reached the server all the same.
    if (!problem) void refresh()
  }

  function giveBack(id: string, text: string, problem: Problem | null): void {
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
    environment.timer(stopGrace, () => turn.start || closing.abort())
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

  function turnOf(generationId: string): Turn | undefined {
    return [...sends.values()].find(({ turn }) => turn.start?.generationId === generationId)?.turn
  }

  return {
    actions: {
      send,
      regenerate: (messageId: string, { model, maxTokens }: { model?: string; maxTokens?: number } = {}) =>
        askAgain('regenerate', messageId, model, maxTokens),
      continueReply: (messageId: string, model?: string) => askAgain('continue', messageId, model),
      stop,
    },
    /** The turn that a generation answers, until its start has been committed. */
    turnOf,
    /**
     * The start of a turn is on the page: it has its messages, and its words need no keeping. Gives the conversation that
     * it is in, once.
     */
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

function newTurn(given: Omit<Turn, 'stopping' | 'start'>): Turn {
  return { ...given, stopping: false, start: null }
}
