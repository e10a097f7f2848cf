import 'server-only'
import { database } from '@/lib/database/client'
import { parseParts } from '@/lib/database/messages'
import type { GenerationStatus, StartData, Usage } from '@/lib/protocol/events'
import { generationStatus, usage } from '@/lib/protocol/events'
import { type Folded, type Part, textOf } from '@/lib/protocol/messages'
import { Refused } from '@/lib/refused'
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
  const run = runs().get(start.generationId)
  await run?.ended
  const { parts, status, finishReason, usage } = run?.folded ?? (await storedEnd(start.generationId))
  return { ...start, status, finishReason, text: textOf(parts), parts, usage }
}

/**
 * Stops a generation and gives the status it ended with, once that is saved. The caller has checked whose it is.
 * @throws {Refused} 409 when it runs, but in another process.
 */
export async function stopGeneration(generationId: string): Promise<GenerationStatus> {
  const run = runs().get(generationId)
  await run?.stop()
  const { status } = run?.folded ?? (await storedEnd(generationId))
  if (status === 'running') throw elsewhere('stop it')
  return status
}

/**
 * Ends the wait before a generation's next attempt, if there is one, and gives the status it has. The caller has checked
 * whose it is.
 * @throws {Refused} 409 when it runs, but in another process.
 */
export async function retryGenerationNow(generationId: string): Promise<GenerationStatus> {
  const run = runs().get(generationId)
  run?.retryNow()
  if (run) return run.folded.status
  const { status } = await storedEnd(generationId)
  if (status === 'running') throw elsewhere('try again sooner')
  return status
}

function elsewhere(what: string): Refused {
  return new Refused(409, {
    kind: 'internal',
    message: `This answer is being written by another server, which has to be asked to ${what}. Try again.`,
    retryable: true,
  })
}

async function storedEnd(generationId: string): Promise<Folded> {
  const row = await database()
    .selectFrom('generations')
    .innerJoin('messages', 'messages.id', 'generations.messageId')
    .select(['generations.status', 'generations.finishReason', 'generations.usage', 'messages.parts'])
    .where('generations.id', '=', generationId)
    .executeTakeFirstOrThrow()
  return {
    parts: parseParts(row.parts),
    status: generationStatus.parse(row.status),
    retry: null,
    finishReason: row.finishReason,
    usage: row.usage === null ? null : usage.parse(JSON.parse(row.usage)),
  }
}

/** Stops whatever runs in a conversation. The caller has checked whose it is. */
export async function stopConversation(conversationId: string): Promise<void> {
  await Promise.all(
    runs()
      .ofConversation(conversationId)
      .map((run) => run.stop()),
  )
}
