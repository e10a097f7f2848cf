import type { ConversationSummary, ModelList, Settings } from '@/lib/protocol/api'
import type { Problem } from '@/lib/protocol/events'
import type { Message } from '@/lib/protocol/messages'

/** Stands for the conversation that does not exist yet: in `conversations`, `drafts`, and wherever an action takes an id. */
export const newConversationId = 'new'

/**
 * What a turn asks for: an answer to a prompt, in the place of `parentId` (null is the root), or a reply again. That is
 * continued in its own message, or written anew beside it.
 */
export type Asked =
  | { kind: 'answer'; parentId: string | null; text: string; maxTokens?: number }
  | { kind: 'continue' | 'regenerate'; promptId: string; replyId: string; generationId: string; maxTokens?: number }

/** A turn that was sent and has no generation yet: the upload, so to say. It gives a prompt's text back when the send fails. */
export interface PendingTurn {
  turnId: string
  asked: Asked
  model: string
  sentAt: number
  /** Stop was pressed before the server answered. */
  stopping: boolean
  /** Why it has not been taken yet, while it is tried again. */
  delayed: string | null
  problem: Problem | null
}

/** One conversation as the page holds it. */
export interface ConversationEntry {
  id: string
  /** `new` exists only in this page until its first turn starts. */
  state: 'new' | 'loading' | 'ready' | 'missing' | 'failed'
  /** Whether what came before `messageIds` is here too. The end of a long conversation comes first. */
  earlier: 'here' | 'loading' | 'failed'
  /** Why `state` or `earlier` is as it is, when that is not well. */
  problem: Problem | null
  /** The messages of the tree, oldest first. The messages themselves are in `messages`. */
  messageIds: string[]
  /** Which branch is shown below each message (`''` for the root): a child's id. The newest when absent. */
  chosen: Record<string, string>
  pending: PendingTurn | null
}

/** What a running generation shows besides its message. */
export interface RunningGeneration {
  id: string
  conversationId: string
  messageId: string
  startedAt: number
  /** `reconnecting` while the reader has no response and is about to ask again from its cursor. */
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
  /** All messages, each as it was when it last stood still: ask `messageOf` for one. */
  messages: Record<string, Message>
  /** Those that are being written, as they are now: a frame's work must not grow with all the others. */
  growing: Record<string, Message>
  running: Record<string, RunningGeneration>
  /** The conversation on screen, as `loadConversation` and `send` say; `new` for the empty one. */
  shown: string
  /** The conversation that the page at `/` is in, from the first send until the address says so. */
  startedFromNew: string | null
  drafts: Record<string, string>
  models: ModelList | null
  settings: Settings
  /** Conversations with an answer that ended, or will, while it was not on screen. */
  unread: Record<string, true>
  notices: Notice[]
  online: boolean

  /**
   * Call it whenever a conversation comes on screen, `new` too: it is loaded when it is not here or has changed
   * elsewhere, and its streams come before those of conversations that are not shown.
   */
  loadConversation(id: string): Promise<void>
  loadMoreSummaries(): Promise<void>
  loadModels(): Promise<void>
  /** Sends a prompt. `conversationId` null starts a conversation. `parentId` null is the root, absent is the end of the shown branch. Settles when it has started or failed; does nothing while another is being sent. */
  send(turn: {
    conversationId: string | null
    text: string
    model: string
    parentId?: string | null
    /** The answer gets no longer than this. */
    maxTokens?: number
  }): Promise<void>
  /** Stops what is running in a conversation, on the server. */
  stop(conversationId: string): Promise<void>
  /**
   * Has a reply written anew as another branch, by the model chosen now unless another is named. With `maxTokens`, for
   * one that is at most so long.
   */
  regenerate(messageId: string, wish?: { model?: string; maxTokens?: number }): Promise<void>
  /** Has a reply that was cut, stopped or limited go on in its own message, by the model that wrote it unless another is named. */
  continueReply(messageId: string, model?: string): Promise<void>
  choose(conversationId: string, parentId: string | null, childId: string): void
  /** Chooses the branch that a message is on. False when the conversation has no such message. */
  reveal(conversationId: string, messageId: string): boolean
  setDraft(conversationId: string, text: string): void
  /** Chooses the model of a conversation; for `new`, the person's default. */
  setModel(conversationId: string, model: string): Promise<void>
  rename(id: string, title: string): Promise<void>
  /** Deletes, and offers Undo. `onReturn` is called when it is there again: undone, or not deleted after all. */
  remove(id: string, onReturn?: () => void): Promise<void>
  saveSettings(change: Partial<Settings>): Promise<void>
  /**
   * Saves what was typed, and shows it as a setting once it is saved. When it was changed elsewhere meanwhile, that is
   * shown instead. Throws an `ApiError` when it is not saved.
   */
  saveTyped(change: Partial<Settings>): Promise<void>
  /** Shows a notice; one with the same id gives way to it. */
  notify(notice: Notice): void
  dismiss(noticeId: string): void
}
