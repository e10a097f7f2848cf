import type { ConversationSummary, ModelList, Settings } from '@/lib/protocol/api'
import type { Problem } from '@/lib/protocol/events'
import type { Message } from '@/lib/protocol/messages'

/** Stands for the conversation that does not exist yet: in `conversations`, `drafts`, and wherever an action takes an id. */
export const newConversationId = 'new'

/**
 * What a turn requests: a reply to a new prompt below `parentId` (null is the root), the continuation of a reply in its own
 * message, or another reply beside it.
 */
export type TurnRequest =
  | { kind: 'answer'; parentId: string | null; text: string; maxTokens?: number }
  | { kind: 'continue' | 'regenerate'; promptId: string; replyId: string; generationId: string; maxTokens?: number }

/** A turn that was sent and has no generation yet. When the send fails, its text returns to the box. */
export interface PendingTurn {
  turnId: string
  request: TurnRequest
  model: string
  sentAt: number
  /** Stop was pressed before the server answered. */
  stopping: boolean
  /** Why the server hasn't accepted it yet, while it is retried. */
  delayed: string | null
  problem: Problem | null
}

/** One conversation as the page holds it. */
export interface ConversationEntry {
  id: string
  /** `new` exists only in the page until its first turn starts. */
  state: 'new' | 'loading' | 'ready' | 'missing' | 'failed'
  /** Whether the messages before `messageIds` are loaded too. The end of a long conversation is loaded first. */
  earlier: 'here' | 'loading' | 'failed'
  /** Why `state` or `earlier` is `failed` or `missing`. */
  problem: Problem | null
  /** The messages of the tree, oldest first. The messages themselves are in `messages`. */
  messageIds: string[]
  /** The child that is shown below each message (`''` for the root). The newest when absent. */
  chosen: Record<string, string>
  pending: PendingTurn | null
}

/** The state of a running generation besides its message. */
export interface RunningGeneration {
  id: string
  conversationId: string
  messageId: string
  startedAt: number
  /** `reconnecting` while the reader has no connection and is about to reopen one from its cursor. */
  reader: 'connecting' | 'open' | 'reconnecting'
  stopping: boolean
}

export interface Notice {
  id: string
  text: string
  tone: 'quiet' | 'danger'
  /** Shown as a button, e.g. Undo. */
  action?: { label: string; run(): void }
}

export interface ConversationState {
  conversations: Record<string, ConversationEntry>
  /** The sidebar, newest first. */
  summaries: ConversationSummary[]
  nextCursor: string | null
  /** All messages, without what `growing` has of them: use `messageOf`. */
  messages: Record<string, Message>
  /** The current version of messages that are being written, apart so that a commit doesn't copy all the others. */
  growing: Record<string, Message>
  running: Record<string, RunningGeneration>
  /** The conversation on screen, as `loadConversation` and `send` say; `new` for the empty one. */
  shown: string
  /** The conversation that the page at `/` shows, from the first send until the address changes. */
  startedFromNew: string | null
  drafts: Record<string, string>
  models: ModelList | null
  settings: Settings
  /** Conversations with a reply that has not been on screen since it ended, or runs off screen. */
  unread: Record<string, true>
  notices: Notice[]
  online: boolean

  /**
   * Call it whenever a conversation comes on screen, `new` too. It loads the conversation if it isn't here or has changed
   * elsewhere.
   */
  loadConversation(id: string): Promise<void>
  loadMoreSummaries(): Promise<void>
  loadModels(): Promise<void>
  /**
   * Sends a prompt. `conversationId` null starts a conversation. `parentId` null is the root, absent is the end of the shown
   * branch. Settles when it has started or failed; does nothing while another is being sent.
   */
  send(turn: {
    conversationId: string | null
    text: string
    model: string
    parentId?: string | null
    /** Limits the reply. */
    maxTokens?: number
  }): Promise<void>
  /** Stops everything that runs in a conversation, on the server. */
  stop(conversationId: string): Promise<void>
  /**
   * Writes a reply anew as another branch, with the conversation's model unless another is named. `maxTokens` limits the
   * new reply.
   */
  regenerate(messageId: string, wish?: { model?: string; maxTokens?: number }): Promise<void>
  /** Continues a reply that was interrupted, stopped or limited in its own message, with its model unless another is named. */
  continueReply(messageId: string, model?: string): Promise<void>
  choose(conversationId: string, parentId: string | null, childId: string): void
  /** Shows the branch that a message is on. False when the conversation has no such message. */
  reveal(conversationId: string, messageId: string): boolean
  setDraft(conversationId: string, text: string): void
  /** Chooses the model of a conversation; for `new`, the person's default. */
  setModel(conversationId: string, model: string): Promise<void>
  rename(id: string, title: string): Promise<void>
  /** Deletes, and offers Undo. `onReturn` is called when the conversation is back: restored, or not deleted after all. */
  remove(id: string, onReturn?: () => void): Promise<void>
  saveSettings(change: Partial<Settings>): Promise<void>
  /**
   * Saves what was typed, and shows it once it is saved. When it was changed elsewhere meanwhile, that is shown instead.
   * @throws {ApiError} when it is not saved.
   */
  saveTyped(change: Partial<Settings>): Promise<void>
  /** Shows a notice in place of one with the same id. */
  notify(notice: Notice): void
  dismiss(noticeId: string): void
}
