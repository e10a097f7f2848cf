import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { database } from '@/lib/database/client'
import { runningIn } from '@/lib/database/generations'
import { parseParts } from '@/lib/database/messages'
import type { GenerationRow } from '@/lib/database/schema'
import type { GenerationStatus, StartData, Usage } from '@/lib/protocol/events'
import { generationStatus, usage } from '@/lib/protocol/events'
import { type Folded, type Part, textOf } from '@/lib/protocol/messages'
import { Refused } from '@/lib/refused'
import { eventStream } from './response'
import { runs } from './runs'
import { send } from './signals'

/** How long a stop waits for another instance, which may be busy with its last save, and how often it looks. */
const STOP_MS = 8_000
const LOOK_MS = 50

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
  return await eventStream((wake) => runs().log.read(generationId, after, wake))
}

/** Waits for a generation's end, if it runs in this process, and gives all of it. The caller has checked whose it is. */
export async function finishedGeneration(start: StartData): Promise<Finished> {
  const run = runs().get(start.generationId)
  await run?.ended
  const { parts, status, finishReason, usage } = run?.folded ?? (await storedEnd(start.generationId))
  return { ...start, status, finishReason, text: textOf(parts), parts, usage }
}

/**
 * Stops a generation, on whichever instance it runs, and gives the status it ended with, once that is saved. The caller
 * has checked whose it is.
 * @throws {Refused} 503 when the instance that writes it cannot be reached, 504 when it does not end in time.
 */
export async function stopGeneration({ id, instanceId }: GenerationRow): Promise<GenerationStatus> {
  const run = runs().get(id)
  await run?.stop()
  const { status } = run?.folded ?? (await storedEnd(id))
  if (status !== 'running') return status
  if (!(await send(instanceId, { generationId: id, ask: 'stop' }))) throw cannotReach()
  return await endElsewhere(id)
}

/** Waits, for a while, until the instance that writes a generation has saved its end. */
async function endElsewhere(generationId: string): Promise<GenerationStatus> {
  const deadline = performance.now() + STOP_MS
  while (performance.now() < deadline) {
    const { status } = await storedEnd(generationId)
    if (status !== 'running') return status
    await wait(LOOK_MS)
  }
  throw new Refused(504, {
    kind: 'timeout',
    message: 'The server that writes this answer was asked to stop it and has not done so yet. Try again.',
    retryable: true,
  })
}

function cannotReach(): Refused {
  return new Refused(503, {
    kind: 'internal',
    message:
      'This answer is being written by another server, which cannot be reached at the moment. Try again shortly.',
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

/** Stops whatever runs in a conversation, here and elsewhere. The caller has checked whose it is. */
export async function stopConversation(conversationId: string): Promise<void> {
  const here = runs().ofConversation(conversationId)
  const running = await runningIn(database(), conversationId)
  await Promise.all([
    ...here.map((run) => run.stop()),
    ...running.map(({ id, instanceId }) => send(instanceId, { generationId: id, ask: 'stop' })),
  ])
}
