import type { Message } from '@/lib/protocol/messages'
import type { ConversationState } from './types'

/** Which messages follow which; `''` stands for the root. It changes only when a message is added, never while text grows. */
interface Tree {
  children: Map<string, string[]>
  /** The child below which the newest message stands: where a conversation was left, and where it is taken up again. */
  newest: Map<string, string>
}

const nothing: string[] = []
const trees = new WeakMap<string[], Tree>()
const paths = new WeakMap<string[], { chosen: Record<string, string>; path: string[] }>()

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

/** Ids of a message and its siblings, oldest first. The same array until one is added. */
export function branchesOf(state: ConversationState, messageId: string): string[] {
  const message = state.messages[messageId]
  const entry = conversationOf(state, messageId)
  if (!message || !entry) return nothing
  return treeOf(entry.messageIds, state.messages).children.get(message.parentId ?? '') ?? nothing
}

/** The entry whose tree has a message. */
export function conversationOf(state: ConversationState, messageId: string) {
  const parentId = state.messages[messageId]?.parentId ?? ''
  return Object.values(state.conversations).find(({ messageIds }) =>
    treeOf(messageIds, state.messages).children.get(parentId)?.includes(messageId),
  )
}

function walk({ children, newest }: Tree, chosen: Record<string, string>): string[] {
  const path: string[] = []
  for (let parentId = ''; ; ) {
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
    const parentId = messages[id]?.parentId ?? ''
    children.set(parentId, [id, ...(children.get(parentId) ?? [])])
    const own = Math.max(index, age.get(id) ?? 0)
    if (own >= (age.get(parentId) ?? 0)) {
      age.set(parentId, own)
      newest.set(parentId, id)
    }
  }
  const tree = { children, newest }
  trees.set(messageIds, tree)
  return tree
}
