import type { Conversation } from '@/lib/protocol/api'
import type { Message } from '@/lib/protocol/messages'
import { emptyEntry, withEntry } from './entries'
import { messageOf } from './selectors'
import { withSummaries } from './summaries'
import type { ConversationState, RunningGeneration } from './types'

/**
 * Merges a fetched conversation into the state. Messages that did not change keep their identity. A message whose log is
 * being read (`reading`), or was read to its end, is ahead of any response, so it stays.
 */
export function withConversation(
  state: ConversationState,
  { messages, hasEarlier, ...summary }: Conversation,
  reading: (generationId: string) => boolean,
): Partial<ConversationState> {
  const before = state.conversations[summary.id] ?? emptyEntry(summary.id, 'ready')
  const isRead = (message: Message) => message.generation !== null && reading(message.generation.id)
  const current = messages.map((fetched) => {
    const known = messageOf(state, fetched.id)
    return known && (isRead(known) || hasEnded(known, fetched) || isSame(known, fetched)) ? known : fetched
  })
  const ids = current.map((message) => message.id)
  const running = runningIn(summary.id, current, state.running)
  // Only the summary knows of generations in earlier messages.
  const unseen = hasEarlier ? summary.running.filter((id) => current.every((each) => each.generation?.id !== id)) : []
  const entry = {
    ...before,
    state: 'ready' as const,
    earlier: hasEarlier ? ('loading' as const) : ('here' as const),
    problem: null,
    messageIds: isSame(before.messageIds, ids) ? before.messageIds : ids,
  }
  return {
    conversations: { ...state.conversations, [summary.id]: entry },
    messages: { ...state.messages, ...Object.fromEntries(current.map((message) => [message.id, message])) },
    growing: Object.fromEntries(Object.entries(state.growing).filter(([id]) => !ids.includes(id))),
    running: { ...withoutConversation(state.running, summary.id), ...running },
    ...withSummaries(state.summaries, [{ ...summary, running: [...Object.keys(running), ...unseen] }]),
  }
}

/** Adds the earlier messages of a response to a conversation whose later messages are newer than the response. */
export function withEarlier(state: ConversationState, { id, messages }: Conversation): Partial<ConversationState> {
  const entry = state.conversations[id] ?? emptyEntry(id, 'ready')
  const [oldest] = entry.messageIds
  const place = messages.findIndex((message) => message.id === oldest)
  // The response doesn't reach back to what is here.
  if (place < 0) return {}
  const here = new Set(entry.messageIds)
  const added = messages.slice(0, place).filter((message) => !here.has(message.id))
  const ids = added.map((message) => message.id)
  return {
    ...withEntry(state, id, { earlier: 'here', problem: null, messageIds: [...ids, ...entry.messageIds] }),
    messages: { ...state.messages, ...Object.fromEntries(added.map((message) => [message.id, message])) },
    running: { ...state.running, ...runningIn(id, added, state.running) },
  }
}

/** Whether the page knows the end of a generation that an older response calls running. */
function hasEnded({ generation: known }: Message, { generation: fetched }: Message): boolean {
  return known !== null && known.status !== 'running' && fetched?.status === 'running' && fetched.id === known.id
}

/** The running generations of other conversations. */
export function withoutConversation(running: ConversationState['running'], id: string): ConversationState['running'] {
  return Object.fromEntries(Object.entries(running).filter(([, each]) => each.conversationId !== id))
}

function runningIn(
  conversationId: string,
  messages: Message[],
  before: ConversationState['running'],
): ConversationState['running'] {
  const running: ConversationState['running'] = {}
  for (const { id: messageId, generation } of messages) {
    if (generation?.status !== 'running') continue
    const { id, startedAt } = generation
    const fresh: RunningGeneration = { id, conversationId, messageId, startedAt, reader: 'connecting', stopping: false }
    running[id] = before[id] ?? fresh
  }
  return running
}

/** Both come from the same schema, so their keys are in the same order. */
function isSame(known: unknown, fetched: unknown): boolean {
  return JSON.stringify(known) === JSON.stringify(fetched)
}
