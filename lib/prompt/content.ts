import 'server-only'
import type { ChatMessage } from '@/lib/upstream/connection'

/** A piece of what a model is sent. */
export interface ContentPart {
  type: 'text'
  text: string
}

/** A message as a model is sent it. */
export interface PromptMessage {
  role: ChatMessage['role']
  content: ContentPart[]
}

/** A message that is only text. Half a surrogate pair, which many servers refuse, is replaced. */
export function textMessage(role: PromptMessage['role'], text: string): PromptMessage {
  return { role, content: [{ type: 'text', text: text.toWellFormed() }] }
}

/** A message on the wire: text alone is a plain string there, because many servers refuse lists. */
export function wireMessage({ role, content }: PromptMessage): ChatMessage {
  return { role, content: content.map(({ text }) => text).join('') }
}
