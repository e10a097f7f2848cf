import type { BrowserEnvironment } from '../transport/browser-environment'
import type { ChatClient } from '../transport/chat-client'
import type { ConversationState, Notice } from './types'

/** What the modules of the store share. */
export interface Core {
  get(): ConversationState
  set(change: Partial<ConversationState> | ((state: ConversationState) => Partial<ConversationState>)): void
  environment: BrowserEnvironment
  client: ChatClient
}

/** Shows a notice in place of one with the same id. */
export function notify({ set }: Core, notice: Notice): void {
  set(({ notices }) => ({ notices: [...notices.filter((each) => each.id !== notice.id), notice] }))
}

export function dismiss({ set }: Core, noticeId: string): void {
  set(({ notices }) => ({ notices: notices.filter((each) => each.id !== noticeId) }))
}
