import type { Message } from '@/lib/protocol/messages'
import { answerIn, type Fate, fatesOf } from '@/lib/protocol/unanswered'
import type { ConversationState } from './types'

/** Which messages follow which; `''` stands for the root. It changes only when a message is added, never while text grows. */
interface Tree {
  here: Set<string>
  /** What the shown branch begins below: the root, or one of the earlier messages while these are not here. */
  start: string
  children: Map<string, string[]>
  /** The child below which the newest message stands: where a conversation was left, and where it is taken up again. */
  newest: Map<string, string>
}

const nothing: string[] = []
const trees = new WeakMap<string[], Tree>()
const turns = new WeakMap<string[], ShownTurn[]>()
const fates = new WeakMap<string[], { messages: Record<string, Message>; known: Map<string, Fate> }>()
const paths = new WeakMap<string[], { chosen: Record<string, string>; path: string[] }>()

/** A message as it is now. */
export function messageOf(state: Pick<ConversationState, 'messages' | 'growing'>, id: string): Message | undefined {
  return state.growing[id] ?? state.messages[id]
}

/** Ids of the messages of the shown branch, from the first to the last. The same array until messages or choices change. */
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

/** The last message of the branch that is shown as long as none has been chosen. */
export function endUnchosen(state: ConversationState, conversationId: string): string | undefined {
  return walk(treeOf(state.conversations[conversationId]?.messageIds ?? nothing, state.messages), {}).at(-1)
}

/** A prompt and what answers it. `promptId` is null where a branch begins with a reply, as when its prompt is not here yet. */
export interface ShownTurn {
  key: string
  promptId: string | null
  replyIds: string[]
}

/** The messages of a path by turns. The same array for the same path, and the same turn while no message joins it. */
export function turnsOf(state: ConversationState, path: string[]): ShownTurn[] {
  const known = turns.get(path)
  if (known) return known
  const made: ShownTurn[] = []
  for (const id of path) {
    const turn = made.at(-1)
    if (state.messages[id]?.role === 'user') made.push({ key: id, promptId: id, replyIds: [] })
    else if (turn) turn.replyIds.push(id)
    // Named by its prompt all the same, which may be on its way.
    else made.push({ key: state.messages[id]?.parentId ?? id, promptId: null, replyIds: [id] })
  }
  turns.set(path, made)
  return made
}

/** What becomes of a prompt of the shown branch when the next one is sent, by its own id or its reply's. */
export function fateOf(state: ConversationState, conversationId: string, messageId: string): Fate | null {
  const path = visiblePath(state, conversationId)
  const { messages } = state
  let made = fates.get(path)
  if (made?.messages !== messages) {
    made = { messages, known: fatesIn(turnsOf(state, path), messages) }
    fates.set(path, made)
  }
  return made.known.get(messageId) ?? null
}

function fatesIn(shown: ShownTurn[], messages: Record<string, Message>): Map<string, Fate> {
  const answers = shown.map(({ replyIds }) => {
    const reply = messages[replyIds.at(-1) ?? '']
    return reply ? answerIn({ ...reply.generation, parts: reply.parts }) : 'unanswered'
  })
  const all = fatesOf(answers)
  return new Map(
    shown.flatMap(({ promptId, replyIds }, place) =>
      [promptId, ...replyIds].flatMap((id): [string, Fate][] => (id === null ? [] : [[id, all[place] ?? 'sent']])),
    ),
  )
}

/**
 * What to choose, by parent, so that the shown branch leads through a message. Null when it is not in the conversation,
 * or the way to it is not here yet.
 */
export function choicesTo(
  state: ConversationState,
  conversationId: string,
  messageId: string,
): Record<string, string> | null {
  const { messages } = state
  const { here, start } = treeOf(state.conversations[conversationId]?.messageIds ?? nothing, messages)
  const line = lineTo(messageId, here, messages)
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

/** The entry whose tree has a message. */
export function conversationOf(state: ConversationState, messageId: string) {
  return Object.values(state.conversations).find(({ messageIds }) =>
    treeOf(messageIds, state.messages).here.has(messageId),
  )
}

const parentOf = (id: string, messages: Record<string, Message>) => messages[id]?.parentId ?? ''

/** A message and those above it, as far as they are here. */
function lineTo(messageId: string, here: Set<string>, messages: Record<string, Message>): string[] {
  const line: string[] = []
  for (let id = messageId; here.has(id); id = parentOf(id, messages)) line.push(id)
  return line
}

/** What a line begins below. */
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
  // From the newest to the oldest: by its own turn, a message knows the newest one below it.
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
  // Where earlier messages are missing there is more than one beginning: it is the one that leads to the newest message.
  const start = topOf(lineTo(messageIds.at(-1) ?? '', here, messages), messages)
  const tree = { here, start, children, newest }
  trees.set(messageIds, tree)
  return tree
}
