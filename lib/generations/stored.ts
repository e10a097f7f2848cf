import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import { piecesOf } from '@/lib/database/generations'
import { parseParts } from '@/lib/database/messages'
import { generationEvent, type LogEvent } from '@/lib/protocol/events'
import { logFrom } from './outline'

const piecesJson = z.array(generationEvent)

/** The log of a generation after a `seq`, as far as it has been saved, with every event at the `seq` it had. Past the end, the end again. */
export async function storedEvents(generationId: string, after: number): Promise<LogEvent[]> {
  const row = await database()
    .selectFrom('generations')
    .innerJoin('messages', 'messages.id', 'generations.messageId')
    .select(['generations.outline', 'messages.parts'])
    .where('generations.id', '=', generationId)
    .executeTakeFirstOrThrow()
  if (row.outline === null) return await checkpointedEvents(generationId, after)
  const events = logFrom(row.outline, parseParts(row.parts))
  const rest = events.filter(({ seq }) => seq > after)
  return rest.length > 0 ? rest : events.slice(-1)
}

/** The events after a `seq` of a generation that has not been joined yet, as far as they have been saved. */
export async function checkpointedEvents(generationId: string, after = 0): Promise<LogEvent[]> {
  const pieces = await piecesOf(database(), generationId, after)
  return pieces
    .flatMap(({ firstSeq, events }) =>
      piecesJson.parse(JSON.parse(events)).map((event, index): LogEvent => ({ seq: firstSeq + index, ...event })),
    )
    .filter(({ seq }) => seq > after)
}
