import type { ConversationSummary } from '@/lib/protocol/api'
import type { GenerationEvent, LogEvent, StartData } from '@/lib/protocol/events'
import { type Folded, foldEvent, type GenerationSummary, type Message } from '@/lib/protocol/messages'
import { titleOf } from '@/lib/protocol/title'
import { contiguousEvents } from '../transport/event-stream-reader'
import type { Batches } from './commit'
import { emptyEntry } from './entries'
import { noteGrowth } from './growth'
import { messageOf } from './selectors'
import { newestFirst } from './summaries'
import { type ConversationState, newConversationId, type TurnRequest } from './types'

/** A turn that was sent from this page, until the log of its generation starts. */
export interface SentTurn {
  id: string
  /** `new` when the turn begins a conversation. */
  conversationId: string
  request: TurnRequest
  model: string
  stopping: boolean
  /** Null until the server has started it. */
  start: StartData | null
}

/** The state after one batch of events of all generations. `turnOf` finds the turn that a generation was sent with. */
export function applied(
  state: ConversationState,
  batches: Batches,
  turnOf: (generationId: string) => SentTurn | undefined,
  now: number,
): Partial<ConversationState> {
  let next = state
  const grownMessages: Record<string, Message> = {}
  const ended = new Set<string>()
  for (const [id, events] of batches) {
    const turn = turnOf(id)
    const [first] = events
    if (turn && first?.type === 'start') next = { ...next, ...started(next, turn, first.data, now) }
    const message = messageOf(next, next.running[id]?.messageId ?? '')
    // A continued reply has the cursor of its newer generation.
    if (message?.generation?.id !== id) {
      // In a conversation that is not loaded, only the end matters.
      if (events.at(-1)?.type === 'status') ended.add(id)
      continue
    }
    const grown = grow(message, events, now)
    grownMessages[message.id] = grown
    if (grown.generation?.status !== 'running') ended.add(id)
  }
  next = { ...next, growing: { ...next.growing, ...grownMessages } }
  if (ended.size === 0) return next
  return { ...next, ...withoutRunning(next, ended, now), ...withEndedMessages(next, ended) }
}

/** Moves the messages that have ended from `growing` to `messages`. */
function withEndedMessages({ messages, growing }: ConversationState, ended: Set<string>) {
  const isOver = ([, { generation }]: [string, Message]) => ended.has(generation?.id ?? '')
  const all = Object.entries(growing)
  return {
    messages: { ...messages, ...Object.fromEntries(all.filter(isOver)) },
    growing: Object.fromEntries(all.filter((each) => !isOver(each))),
  }
}

/** Adds the messages of a turn that has started: a prompt and an empty reply, another reply, or one that continues. */
function started(state: ConversationState, turn: SentTurn, data: StartData, now: number): Partial<ConversationState> {
  const known = state.conversations[data.conversationId] ?? emptyEntry(data.conversationId, 'ready')
  const entry = { ...known, state: 'ready' as const, pending: null }
  const before = { ...state.conversations, [newConversationId]: emptyEntry(newConversationId, 'new') }
  const fromNew = turn.conversationId === newConversationId
  const moved = fromNew ? movedFromNew(state, entry.id) : {}
  const conversations = fromNew ? before : state.conversations
  const { generationId: id, conversationId, userMessageId, messageId } = data
  // The messages are here if the conversation was loaded while the response to the send was lost.
  if (messageOf(state, messageId)?.generation?.id === id)
    return { ...moved, conversations: { ...conversations, [entry.id]: entry } }

  const made = turn.request.kind === 'answer' ? [userMessageId, messageId] : [messageId]
  const fresh = made.filter((each) => !known.messageIds.includes(each))
  if (fresh.length > 0) {
    // Show the branch that the turn adds.
    const [place, child] =
      turn.request.kind === 'answer' ? [turn.request.parentId, userMessageId] : [userMessageId, messageId]
    entry.messageIds = [...known.messageIds, ...fresh]
    entry.chosen = { ...known.chosen, [place ?? '']: child }
  }
  return {
    ...moved,
    conversations: { ...conversations, [entry.id]: entry },
    messages: { ...state.messages, ...startedMessages(state, turn, data, now) },
    // Drop what the previous generation left in `growing`.
    growing: Object.fromEntries(Object.entries(state.growing).filter(([each]) => each !== messageId)),
    running: {
      ...state.running,
      [id]: { id, conversationId, messageId, startedAt: now, reader: 'open', stopping: turn.stopping },
    },
    summaries: withRunning(state.summaries, turn, data, now),
  }
}

/** Moves the draft to the conversation that the turn began, and the page too if it still shows the new one. */
function movedFromNew(state: ConversationState, id: string): Partial<ConversationState> {
  const { drafts, shown } = state
  return {
    drafts: { ...drafts, [newConversationId]: '', [id]: drafts[newConversationId] ?? '' },
    ...(shown === newConversationId ? { shown: id, startedFromNew: id } : {}),
  }
}

function startedMessages(
  { messages }: ConversationState,
  { request }: SentTurn,
  data: StartData,
  now: number,
): Record<string, Message> {
  const generation: GenerationSummary = {
    id: data.generationId,
    status: 'running',
    retry: null,
    model: data.model,
    finishReason: null,
    usage: null,
    earlier: usagesOf(messages[data.messageId]),
    attempts: 1,
    cursor: 0,
    startedAt: now,
    firstTokenAt: null,
    endedAt: null,
  }
  const empty: Message = {
    id: data.messageId,
    parentId: data.userMessageId,
    role: 'assistant',
    parts: [],
    createdAt: now,
    generation: null,
  }
  const reply: Message = { ...(messages[data.messageId] ?? empty), generation }
  if (request.kind !== 'answer') return { [reply.id]: reply }
  const prompt: Message = {
    id: data.userMessageId,
    parentId: request.parentId,
    role: 'user',
    parts: [{ type: 'text', text: request.text }],
    createdAt: now,
    generation: null,
  }
  return { [prompt.id]: prompt, [reply.id]: reply }
}

/** The usage of every run that wrote a reply. */
function usagesOf(reply: Message | undefined): GenerationSummary['earlier'] {
  const { earlier = [], usage = null } = reply?.generation ?? {}
  return usage ? [...earlier, usage] : earlier
}

/** Folds events into a reply. Only the message and the parts that changed get a new identity. */
function grow(message: Message, events: LogEvent[], now: number): Message {
  const { generation } = message
  if (!generation) return message
  const next = contiguousEvents(events, generation.cursor)
  const last = next.at(-1)
  if (!last) return message
  const { parts, ...folded } = joined(next).reduce<Folded>(foldEvent, { ...generation, parts: message.parts })
  noteGrowth(message.parts, parts, next)
  const firstTokenAt = generation.firstTokenAt ?? (next.some(isContent) ? now : null)
  const endedAt = folded.status === 'running' ? null : now
  return { ...message, parts, generation: { ...generation, ...folded, cursor: last.seq, firstTokenAt, endedAt } }
}

function isContent({ type }: GenerationEvent): boolean {
  return type === 'delta' || type === 'reasoning'
}

/** The same log in fewer events: consecutive text is joined, so that the fold takes one step for it. */
function joined(events: GenerationEvent[]): GenerationEvent[] {
  const runs: { event: GenerationEvent; texts: string[] }[] = []
  for (const event of events) {
    const run = runs.at(-1)
    const text = event.type === 'delta' || event.type === 'reasoning' ? event.data.text : null
    if (run && text !== null && run.event.type === event.type) run.texts.push(text)
    else runs.push({ event, texts: text === null ? [] : [text] })
  }
  return runs.map(({ event, texts }) =>
    event.type === 'delta' || event.type === 'reasoning' ? { type: event.type, data: { text: texts.join('') } } : event,
  )
}

function withRunning(
  summaries: ConversationSummary[],
  turn: SentTurn,
  { conversationId: id, generationId, model }: StartData,
  now: number,
): ConversationSummary[] {
  const known = summaries.find((each) => each.id === id) ?? {
    id,
    title: turn.request.kind === 'answer' ? titleOf(turn.request.text) : '',
    createdAt: now,
    running: [],
  }
  const running = [...known.running.filter((each) => each !== generationId), generationId]
  return newestFirst([{ ...known, model, updatedAt: now, running }, ...summaries.filter((each) => each.id !== id)])
}

function withoutRunning(
  state: ConversationState,
  ended: Set<string>,
  now: number,
): Pick<ConversationState, 'running' | 'summaries'> {
  const running = Object.fromEntries(Object.entries(state.running).filter(([id]) => !ended.has(id)))
  const summaries = state.summaries.map((summary) => {
    const left = summary.running.filter((id) => !ended.has(id))
    return left.length === summary.running.length ? summary : { ...summary, running: left, updatedAt: now }
  })
  return { running, summaries: newestFirst(summaries) }
}
