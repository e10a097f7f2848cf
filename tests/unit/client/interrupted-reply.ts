import { messageOf } from '@/lib/client/state/selectors'
import type { GenerationEvent } from '@/lib/protocol/events'
import { openStore } from './open-store'
import { says } from './responses'

export const cut: GenerationEvent = {
  type: 'error',
  data: { kind: 'network', message: 'The connection was cut.', retryable: true },
}
export const interrupted: GenerationEvent = { type: 'status', data: { status: 'interrupted' } }

/** A store that has loaded a conversation with an interrupted reply. */
export async function openInterruptedReply() {
  const opened = await openStore((server) => {
    server.turn(server.conversation('Rivers').id, 'Are there rivers?').append(...says('Yes, '), cut, interrupted)
  })
  const { start } = opened.server.onlyLog
  const { conversationId, messageId, userMessageId } = start
  await opened.get().loadConversation(conversationId)
  const newest = () => {
    const log = [...opened.server.logs.values()].at(-1)
    if (!log) throw new Error('The server has no log.')
    return log
  }
  const types = () => messageOf(opened.get(), messageId)?.parts.map(({ type }) => type)
  return { ...opened, start, id: conversationId, messageId, userMessageId, newest, types }
}
