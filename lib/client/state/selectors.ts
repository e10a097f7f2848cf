import type { Message } from '@/lib/protocol/messages'
import { answerIn, type PromptStatus, promptStatuses } from '@/lib/protocol/unanswered'
import type { ConversationState } from './types'

/** The tree of a conversation's messages; `''` is the root. It changes only when a message is added, not while text grows. */
interface Tree {
  here: Set<string>
  /** The parent of the first shown message: the root, or a message that isn't loaded yet. */
  start: string
  children: Map<string, string[]>
  /** The child that leads to the newest message below each message: the default branch. */
  newest: Map<string, string>
}

const nothing: string[] = []
const trees = new WeakMap<string[], Tree>()
const turns = new WeakMap<string[], ShownTurn[]>()
const statuses = new WeakMap<string[], { messages: Record<string, Message>; known: Map<string, PromptStatus> }>()
const paths = new WeakMap<string[], { chosen: Record<string, string>; path: string[] }>()

/** The current version of a message. */
export function messageOf(state: Pick<ConversationState, 'messages' | 'growing'>, id: string): Message | undefined {
  return state.growing[id] ?? state.messages[id]
}

/** Ids of the messages of the shown branch, in order. The same array until messages or choices change. */
export function visiblePath(state: ConversationState, conversationId: string): string[] {
  const entry = state.conversations[conversationId]
  if (!entry) return nothing
  const { messageIds, chosen } = entry
  const known = paths.get(messageIds)
  if (known?.chosen === chosen) return known.path
  const path = walk(treeOf(messageIds, state.messages), chosen)
  paths.set(messageIds, { chosen, path })
  return path
}

/** The last message of the default branch. */
export function defaultBranchEnd(state: ConversationState, conversationId: string): string | undefined {
  return walk(treeOf(state.conversations[conversationId]?.messageIds ?? nothing, state.messages), {}).at(-1)
}

/** A prompt and its replies. `promptId` is null where a branch begins with a reply, because its prompt isn't loaded yet. */
export interface ShownTurn {
  key: string
  promptId: string | null
  replyIds: string[]
}

/** The messages of a path by turns. The same array for the same path. */
export function turnsOf(state: ConversationState, path: string[]): ShownTurn[] {
  const known = turns.get(path)
  if (known) return known
  const made: ShownTurn[] = []
  for (const id of path) {
    const turn = made.at(-1)
    if (state.messages[id]?.role === 'user') made.push({ key: id, promptId: id, replyIds: [] })
    else if (turn) turn.replyIds.push(id)
    // The key is the prompt's, so that it stays when the prompt is loaded.
    else made.push({ key: state.messages[id]?.parentId ?? id, promptId: null, replyIds: [id] })
  }
  turns.set(path, made)
  return made
}

/** What becomes of a prompt of the shown branch when the next one is sent, by its own id or its reply's. */
export function promptStatusOf(
  state: ConversationState,
  conversationId: string,
  messageId: string,
): PromptStatus | null {
  const path = visiblePath(state, conversationId)
  const { messages } = state
  let made = statuses.get(path)
  if (made?.messages !== messages) {
    made = { messages, known: statusesOfPrompts(turnsOf(state, path), messages) }
    statuses.set(path, made)
  }
  return made.known.get(messageId) ?? null
}

function statusesOfPrompts(shown: ShownTurn[], messages: Record<string, Message>): Map<string, PromptStatus> {
  const answers = shown.map(({ replyIds }) => {
    const reply = messages[replyIds.at(-1) ?? '']
    return reply ? answerIn({ ...reply.generation, parts: reply.parts }) : 'unanswered'
  })
  const all = promptStatuses(answers)
  return new Map(
    shown.flatMap(({ promptId, replyIds }, place) =>
      [promptId, ...replyIds].flatMap((id): [string, PromptStatus][] =>
        id === null ? [] : [[id, all[place] ?? 'sent']],
      ),
    ),
  )
}

/**
 * The child to choose below each parent, so that the shown branch leads through a message. Null when it isn't in the
 * conversation, or messages on the way to it aren't loaded yet.
 */
export function choicesTo(
  state: ConversationState,
  conversationId: string,
  messageId: string,
): Record<string, string> | null {
  const { messages } = state
  const { here, start } = treeOf(state.conversations[conversationId]?.messageIds ?? nothing, messages)
  const line = ancestorsOf(messageId, here, messages)
  if (line.length === 0 || topOf(line, messages) !== start) return null
  return Object.fromEntries(line.map((id) => [parentOf(id, messages), id]))
}

/** Ids of a message and its siblings, oldest first. The same array until one is added. */
export function branchesOf(state: ConversationState, messageId: string): string[] {
  const { messages } = state
  const entry = conversationOf(state, messageId)
  if (!entry) return nothing
  return treeOf(entry.messageIds, messages).children.get(parentOf(messageId, messages)) ?? nothing
}

/** The conversation that has a message. */
export function conversationOf(state: ConversationState, messageId: string) {
  return Object.values(state.conversations).find(({ messageIds }) =>
    treeOf(messageIds, state.messages).here.has(messageId),
  )
}

const parentOf = (id: string, messages: Record<string, Message>) => messages[id]?.parentId ?? ''

/** A message and its ancestors, as far as they are loaded. */
function ancestorsOf(messageId: string, here: Set<string>, messages: Record<string, Message>): string[] {
  const line: string[] = []
  for (let id = messageId; here.has(id); id = parentOf(id, messages)) line.push(id)
  return line
}

/** The parent of the oldest ancestor. */
const topOf = (line: string[], messages: Record<string, Message>) => parentOf(line.at(-1) ?? '', messages)

function walk({ children, start, newest }: Tree, chosen: Record<string, string>): string[] {
  const path: string[] = []
  for (let parentId = start; ; ) {
    const choice = chosen[parentId]
    const taken = choice !== undefined && children.get(parentId)?.includes(choice)
    const next = taken ? choice : newest.get(parentId)
    if (next === undefined) return path
    path.push(next)
    parentId = next
  }
}

function treeOf(messageIds: string[], messages: Record<string, Message>): Tree {
  const known = trees.get(messageIds)
  if (known) return known
  const children: Tree['children'] = new Map()
  const newest: Tree['newest'] = new Map()
  // From the newest to the oldest, so that each message already knows the newest one below it.
  const age = new Map<string, number>()
  for (const [index, id] of [...messageIds.entries()].reverse()) {
    const parentId = parentOf(id, messages)
    children.set(parentId, [id, ...(children.get(parentId) ?? [])])
    const own = Math.max(index, age.get(id) ?? 0)
    if (own >= (age.get(parentId) ?? 0)) {
      age.set(parentId, own)
      newest.set(parentId, id)
    }
  }
  const here = new Set(messageIds)
  // Without the earlier messages there may be several first messages: take the one that leads to the newest.
  const start = topOf(ancestorsOf(messageIds.at(-1) ?? '', here, messages), messages)
  const tree = { here, start, children, newest }
  trees.set(messageIds, tree)
  return tree
}
