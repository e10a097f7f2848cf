import type { Message } from '@/lib/protocol/messages'
import type { ConversationState } from './types'

/** Which messages follow which; `''` stands for the root. It changes only when a message is added, never while text grows. */
type Tree = Map<string, string[]>

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
  return treeOf(entry.messageIds, state.messages).get(message.parentId ?? '') ?? nothing
}

/** The entry whose tree has a message. */
export function conversationOf(state: ConversationState, messageId: string) {
  const parentId = state.messages[messageId]?.parentId ?? ''
  return Object.values(state.conversations).find(({ messageIds }) =>
    treeOf(messageIds, state.messages).get(parentId)?.includes(messageId),
  )
}

function walk(tree: Tree, chosen: Record<string, string>): string[] {
  const path: string[] = []
  for (let parentId = ''; ; ) {
    const children = tree.get(parentId) ?? nothing
    const choice = chosen[parentId]
    const next = choice !== undefined && children.includes(choice) ? choice : children.at(-1)
    if (next === undefined) return path
    path.push(next)
    parentId = next
  }
}

function treeOf(messageIds: string[], messages: Record<string, Message>): Tree {
  const known = trees.get(messageIds)
  if (known) return known
  const tree: Tree = new Map()
  for (const id of messageIds) {
    const parentId = messages[id]?.parentId ?? ''
    const siblings = tree.get(parentId)
    if (siblings) siblings.push(id)
    else tree.set(parentId, [id])
  }
  trees.set(messageIds, tree)
  return tree
}
