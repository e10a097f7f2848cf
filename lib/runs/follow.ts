import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { database } from '@/lib/database/client'
import { runningIn } from '@/lib/database/generations'
import type { OwnedGeneration } from '@/lib/database/ownership'
import { type Client, eventStream } from '@/lib/event-log/event-response'
import { readMultiplexed } from '@/lib/event-log/multiplexed-reader'
import { aborted, readToEnd } from '@/lib/event-log/read-to-end'
import { multiplexedSse, sse } from '@/lib/event-log/sse'
import { storedBefore, storedFold } from '@/lib/event-log/stored-events'
import { log } from '@/lib/log'
import type { GenerationStatus, StartData, Usage } from '@/lib/protocol/events'
import { generationStatus } from '@/lib/protocol/events'
import { type Folded, foldEvent, type Part, textOf } from '@/lib/protocol/messages'
import { Refused } from '@/lib/refused'
import { sendCommand } from './commands'
import { runs } from './runs'

/** How long a stop waits for another instance, how often it looks, and how many looks go to one ask. */
const STOP_MS = 5_000
const LOOK_MS = 50
const LOOKS_PER_ASK = 20

/** A generation that has ended, in one piece. */
export interface Finished extends StartData {
  status: GenerationStatus
  finishReason: string | null
  text: string
  parts: Part[]
  usage: Usage | null
}

/** Streams a generation's log after a cursor, from whatever holds it. The caller has checked whose it is. */
export async function followGeneration(generationId: string, after: number, client: Client): Promise<Response> {
  return await eventStream({ open: (wake) => runs().log.read(generationId, after, wake), encode: sse }, client)
}

/** Streams several logs in one response, each after its cursor, until all have ended. The caller has checked whose they are. */
export async function followGenerations(cursors: Map<string, number>, client: Client): Promise<Response> {
  const open = (wake: () => void) => readMultiplexed(runs().log, cursors, wake)
  return await eventStream({ open, encode: multiplexedSse }, client)
}

/**
 * Waits for a generation's end, on whichever instance it runs, and gives all of it; null when `signal` aborts before.
 * The caller has checked whose it is.
 */
export async function finishedGeneration(start: StartData, signal: AbortSignal): Promise<Finished | null> {
  const { generationId } = start
  const run = runs().get(generationId)
  if (run) await Promise.race([run.ended, aborted(signal)])
  const folded = run && !run.lost ? run.folded : await foldedAtEnd(generationId, signal)
  if (!folded || signal.aborted) return null
  const { parts, status, finishReason, usage } = folded
  return { ...start, status, finishReason, text: textOf(parts), parts, usage }
}

/** What a generation's message has come to once its log has ended; null when `signal` aborts before. */
async function foldedAtEnd(generationId: string, signal: AbortSignal): Promise<Folded | null> {
  const events = await readToEnd(runs().log, generationId, signal)
  if (!events) return null
  const stored = await storedFold(generationId)
  // The end is told when its save has been tried: while the database has not got it, the log is all there is.
  return stored.status === 'running' ? events.reduce(foldEvent, await storedBefore(generationId)) : stored
}

/**
 * Stops a generation, on whichever instance it runs, and gives the status it ended with, once that is saved. The caller
 * has checked whose it is.
 * @throws {Refused} 504 when the instance that writes it does not end it in time.
 */
export async function stopGeneration({ id, instanceId }: OwnedGeneration): Promise<GenerationStatus> {
  const run = runs().get(id)
  await run?.stop()
  const status = run?.folded.status ?? (await storedStatus(id))
  return status === 'running' ? await stopElsewhere(id, instanceId) : status
}

/** Asks until the end is saved, for a while: an ask is not heard by an instance that has just lost its connection. */
async function stopElsewhere(generationId: string, instanceId: string): Promise<GenerationStatus> {
  const deadline = performance.now() + STOP_MS
  for (let looks = 0; performance.now() < deadline; looks++) {
    if (looks % LOOKS_PER_ASK === 0) await sendCommand(instanceId, { generationId, ask: 'stop' })
    await wait(LOOK_MS)
    const status = await storedStatus(generationId)
    if (status !== 'running') return status
  }
  throw new Refused(504, {
    kind: 'timeout',
    message:
      'The server writing this reply isn’t responding. If it’s gone, the reply will end by itself within 15 seconds.',
    retryable: true,
  })
}

/**
 * Ends the wait before a generation's next attempt, if there is one, on whichever instance it runs, and gives the status
 * it has. The caller has checked whose it is.
 */
export async function retryGenerationNow({ id, instanceId }: OwnedGeneration): Promise<GenerationStatus> {
  const run = runs().get(id)
  run?.retryNow()
  if (run) return run.folded.status
  const status = await storedStatus(id)
  if (status === 'running') await sendCommand(instanceId, { generationId: id, ask: 'retry' })
  return status
}

async function storedStatus(generationId: string): Promise<GenerationStatus> {
  const { status } = await database()
    .selectFrom('generations')
    .select('status')
    .where('id', '=', generationId)
    .executeTakeFirstOrThrow()
  return generationStatus.parse(status)
}

/** Stops whatever runs in a conversation, here and elsewhere. The caller has checked whose it is. */
export async function stopConversation(conversationId: string): Promise<void> {
  const here = runs().ofConversation(conversationId)
  const running = await runningIn(database(), conversationId)
  await Promise.all([
    ...here.map((run) => run.stop()),
    // For speed alone: each looks at its conversation from time to time.
    ...running.map(({ id: generationId, instanceId }) =>
      sendCommand(instanceId, { generationId, ask: 'stop' }).catch((error: unknown) =>
        log().warn({ generationId, error }, 'couldn’t tell another instance about a deletion'),
      ),
    ),
  ])
}
