import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import { piecesOf } from '@/lib/database/generations'
import { messagesOf, parseParts } from '@/lib/database/messages'
import { generationEvent, type LogEvent } from '@/lib/protocol/events'
import { foldEvent, type Message, nothingYet } from '@/lib/protocol/messages'
import { encodeEvent } from '@/lib/protocol/sse'
import type { LogReader } from './log'
import { logFrom } from './outline'
import { runs } from './runs'

const piecesJson = z.array(generationEvent)

/**
 * Follows a generation's log after a cursor: from memory while it runs and shortly after, else from the database, with
 * every event at the `seq` it had. The caller has checked whose it is.
 */
export async function readLog(generationId: string, after: number, wake: () => void): Promise<LogReader> {
  const live = await runs().log.read(generationId, after, wake)
  return live ?? storedReader(await storedLog(generationId), after)
}

/** The messages of a conversation, with what running replies hold so far and the cursor to read on from. */
export async function currentMessages(conversationId: string): Promise<Message[]> {
  const messages = await messagesOf(conversationId)
  return await Promise.all(messages.map(withProgress))
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
  const events = await checkpointedEvents(generationId)
  return { folded: events.reduce(foldEvent, nothingYet), cursor: events.length, firstTokenAt: null, endedAt: null }
}

/** The events of a generation that has not been joined yet, as far as they have been saved. */
export async function checkpointedEvents(generationId: string): Promise<LogEvent[]> {
  const pieces = await piecesOf(database(), generationId)
  return pieces.flatMap((piece) =>
    piecesJson.parse(JSON.parse(piece.events)).map((event, index) => ({ seq: piece.firstSeq + index, ...event })),
  )
}

async function storedLog(generationId: string): Promise<LogEvent[]> {
  const row = await database()
    .selectFrom('generations')
    .innerJoin('messages', 'messages.id', 'generations.messageId')
    .select(['generations.outline', 'messages.parts'])
    .where('generations.id', '=', generationId)
    .executeTakeFirstOrThrow()
  return row.outline === null ? await checkpointedEvents(generationId) : logFrom(row.outline, parseParts(row.parts))
}

function storedReader(events: LogEvent[], after: number): LogReader {
  // A reader may have seen a little more than a crash left saved. It is past the end then, and is told the end again.
  const last = events.at(-1)
  const rest = events.filter((event) => event.seq > after)
  const shown = rest.length === 0 && last ? [last] : rest
  const bytes = new TextEncoder().encode(shown.map((event) => encodeEvent(event.seq, event)).join(''))
  return { take: () => ({ bytes: bytes.byteLength > 0 ? bytes : null, done: true }), close() {} }
}
