import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import { type Piece, readPieces } from '@/lib/database/generations/checkpoints'
import { parseParts } from '@/lib/database/messages'
import { log } from '@/lib/log'
import { generationEvent, type LogEvent } from '@/lib/protocol/events'
import { continuing, type Folded, foldEvent, partsBefore } from '@/lib/protocol/messages'
import type { EndedLog } from './ended-log'
import { beginningOf, differencesIn, logFrom, wholeLog } from './event-index'

const piecesJson = z.array(generationEvent)

/** The saved events of a generation after a `seq`. A cursor at or past the end gets the terminal event again. */
export async function storedEvents(generationId: string, after: number): Promise<LogEvent[]> {
  const row = await rowWithParts(generationId)
  if (row.outline === null) return await checkpointedEvents(generationId, after)
  const events = logFrom(row.outline, parseParts(row.parts), row)
  const rest = events.filter(({ seq }) => seq > after)
  return rest.length > 0 ? rest : events.slice(-1)
}

/** Whether the database has a generation's whole log. */
export async function hasEnded(generationId: string): Promise<boolean> {
  const row = await database()
    .selectFrom('generations')
    .select('id')
    .where('id', '=', generationId)
    .where('outline', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** The log of a generation that has ended; null when it was deleted. */
export async function readEnded(generationId: string): Promise<EndedLog | null> {
  const row = await withParts(generationId).executeTakeFirst()
  if (!row || row.outline === null) return null
  return { log: wholeLog(row.outline, parseParts(row.parts)), beginning: beginningOf(row) }
}

/** What the message of a generation held before it: its log is folded onto that. */
export async function storedBefore(generationId: string): Promise<Folded> {
  const row = await rowWithParts(generationId)
  return continuing(partsBefore(parseParts(row.parts), row))
}

/** The message of a generation with the saved events of its log, without those that continued it later. */
export async function storedFold(generationId: string): Promise<Folded> {
  const [before, events] = [await storedBefore(generationId), await storedEvents(generationId, 0)]
  return events.reduce(foldEvent, before)
}

async function rowWithParts(generationId: string) {
  return await withParts(generationId).executeTakeFirstOrThrow()
}

function withParts(generationId: string) {
  return database()
    .selectFrom('generations')
    .innerJoin('messages', 'messages.id', 'generations.messageId')
    .select(['generations.outline', 'generations.textBefore', 'generations.reasoningBefore', 'messages.parts'])
    .where('generations.id', '=', generationId)
}

/** The checkpointed events of a generation, up to the first one that can't be read. */
export async function readableEvents(generationId: string): Promise<LogEvent[]> {
  const events: LogEvent[] = []
  for (const piece of await readPieces(database(), generationId, 0)) {
    try {
      for (const event of eventsOf(piece)) if (event.seq === events.length + 1) events.push(event)
    } catch (error) {
      log().error({ generationId, firstSeq: piece.firstSeq, error }, 'saved events are unreadable')
      break
    }
  }
  return events
}

/** The checkpointed events of a generation after a `seq`. */
export async function checkpointedEvents(generationId: string, after = 0): Promise<LogEvent[]> {
  const pieces = await readPieces(database(), generationId, after)
  return pieces.flatMap(eventsOf).filter(({ seq }) => seq > after)
}

function eventsOf({ firstSeq, events }: Piece): LogEvent[] {
  return piecesJson.parse(JSON.parse(events)).map((event, index): LogEvent => ({ seq: firstSeq + index, ...event }))
}

/** What the upstream was asked differently from the request; empty until the generation has ended. */
export async function differencesOf(generationId: string): Promise<string[]> {
  const row = await database()
    .selectFrom('generations')
    .select('outline')
    .where('id', '=', generationId)
    .executeTakeFirst()
  return differencesIn(row?.outline ?? null)
}
