import 'server-only'
import { type Messages, messagesOf } from '@/lib/database/messages'
import { checkpointedEvents, storedBefore } from '@/lib/event-log/stored-events'
import { foldEvent, type Message } from '@/lib/protocol/messages'
import { runs } from './runs'

/** The messages of a conversation, or the newest ones up to a number, with the text and the cursor of running replies. */
export async function currentMessages(conversationId: string, newest?: number): Promise<Messages> {
  const { messages, hasEarlier } = await messagesOf(conversationId, newest)
  return { messages: await Promise.all(messages.map(withProgress)), hasEarlier }
}

async function withProgress(message: Message): Promise<Message> {
  const { generation } = message
  if (generation?.status !== 'running') return message
  const run = runs().get(generation.id)
  const seen = run
    ? { folded: run.folded, cursor: run.seq, firstTokenAt: run.firstTokenAt, endedAt: run.endedAt }
    : await checkpointed(generation.id)
  const { parts, ...ending } = seen.folded
  return {
    ...message,
    parts,
    generation: {
      ...generation,
      ...ending,
      cursor: seen.cursor,
      firstTokenAt: seen.firstTokenAt,
      endedAt: seen.endedAt,
    },
  }
}

async function checkpointed(generationId: string) {
  const [before, events] = [await storedBefore(generationId), await checkpointedEvents(generationId)]
  return { folded: events.reduce(foldEvent, before), cursor: events.length, firstTokenAt: null, endedAt: null }
}
