import 'server-only'
import type { ChatMessage } from '@/lib/upstream/connection'

/** A part of a message to a model. */
export interface ContentPart {
  type: 'text'
  text: string
}

/** A message to a model. */
export interface PromptMessage {
  role: ChatMessage['role']
  content: ContentPart[]
}

/** A text message. Lone surrogates, which many servers reject, are replaced. */
export function textMessage(role: PromptMessage['role'], text: string): PromptMessage {
  return { role, content: [{ type: 'text', text: text.toWellFormed() }] }
}

/** A message in the wire format, as a plain string: many servers reject lists of parts. */
export function wireMessage({ role, content }: PromptMessage): ChatMessage {
  return { role, content: content.map(({ text }) => text).join('') }
}
