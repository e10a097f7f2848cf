import 'server-only'
import { database } from '@/lib/database/client'
import { parseParts } from '@/lib/database/messages'
import type { GenerationStatus, StartData, Usage } from '@/lib/protocol/events'
import { generationStatus, usage } from '@/lib/protocol/events'
import { type Part, textOf } from '@/lib/protocol/messages'
import { readLog } from './read'
import { eventStream } from './response'
import { runs } from './runs'

/** A generation that has ended, in one piece. */
export interface Finished extends StartData {
  status: GenerationStatus
  finishReason: string | null
  text: string
  parts: Part[]
  usage: Usage | null
}

/** Streams a generation's log after a cursor, from whatever holds it. The caller has checked whose it is. */
export async function followGeneration(generationId: string, after: number): Promise<Response> {
  return await eventStream((wake) => readLog(generationId, after, wake))
}

/** Waits for a generation's end, if it runs in this process, and gives all of it. The caller has checked whose it is. */
export async function finishedGeneration(start: StartData): Promise<Finished> {
  await runs().get(start.generationId)?.ended
  const row = await database()
    .selectFrom('generations')
    .innerJoin('messages', 'messages.id', 'generations.messageId')
    .select(['generations.status', 'generations.finishReason', 'generations.usage', 'messages.parts'])
    .where('generations.id', '=', start.generationId)
    .executeTakeFirstOrThrow()
  const parts = parseParts(row.parts)
  return {
    ...start,
    status: generationStatus.parse(row.status),
    finishReason: row.finishReason,
    text: textOf(parts),
    parts,
    usage: row.usage === null ? null : usage.parse(JSON.parse(row.usage)),
  }
}

/** Stops a generation and gives the status it ended with, once that is saved. The caller has checked whose it is. */
export async function stopGeneration(generationId: string): Promise<GenerationStatus> {
  const run = runs().get(generationId)
  await run?.stop()
  const row = await database()
    .selectFrom('generations')
    .select('status')
    .where('id', '=', generationId)
    .executeTakeFirstOrThrow()
  return generationStatus.parse(row.status)
}

/** Stops whatever runs in a conversation. The caller has checked whose it is. */
export async function stopConversation(conversationId: string): Promise<void> {
  await Promise.all(
    runs()
      .ofConversation(conversationId)
      .map((run) => run.stop()),
  )
}
