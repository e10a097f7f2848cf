import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { database } from '@/lib/database/client'
import { runningInConversation } from '@/lib/database/generations/running'
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

/** How long a stop waits for another instance, how often it checks, and after how many checks it sends the command again. */
const STOP_MS = 5_000
const CHECK_MS = 50
const CHECKS_PER_COMMAND = 20

/** A generation that has ended, as one answer. */
export interface Finished extends StartData {
  status: GenerationStatus
  finishReason: string | null
  text: string
  parts: Part[]
  usage: Usage | null
}

/** Streams the log of a generation after a cursor, from wherever it is. The caller has checked the owner. */
export async function followGeneration(generationId: string, after: number, client: Client): Promise<Response> {
  return await eventStream({ open: (wake) => runs().log.read(generationId, after, wake), encode: sse }, client)
}

/** Streams several logs in one response, each after its cursor, until all have ended. The caller has checked the owner. */
export async function followGenerations(cursors: Map<string, number>, client: Client): Promise<Response> {
  const open = (wake: () => void) => readMultiplexed(runs().log, cursors, wake)
  return await eventStream({ open, encode: multiplexedSse }, client)
}

/** Waits for the end of a generation, on any instance; null when `signal` aborts first. The caller has checked the owner. */
export async function finishedGeneration(start: StartData, signal: AbortSignal): Promise<Finished | null> {
  const { generationId } = start
  const run = runs().get(generationId)
  if (run) await Promise.race([run.ended, aborted(signal)])
  const folded = run && !run.lost ? run.folded : await foldedAtEnd(generationId, signal)
  if (!folded || signal.aborted) return null
  const { parts, status, finishReason, usage } = folded
  return { ...start, status, finishReason, text: textOf(parts), parts, usage }
}

/** The message of a generation once its log has ended; null when `signal` aborts first. */
async function foldedAtEnd(generationId: string, signal: AbortSignal): Promise<Folded | null> {
  const events = await readToEnd(runs().log, generationId, signal)
  if (!events) return null
  const stored = await storedFold(generationId)
  // The end is announced when its save has been tried. Until it succeeds, only the log has it.
  return stored.status === 'running' ? events.reduce(foldEvent, await storedBefore(generationId)) : stored
}

/**
 * Stops a generation, on any instance. Returns the status that it ended with, once that is saved. The caller has checked the
 * owner.
 * @throws {Refused} 504 when the instance that runs it doesn't end it in time.
 */
export async function stopGeneration({ id, instanceId }: OwnedGeneration): Promise<GenerationStatus> {
  const run = runs().get(id)
  await run?.stop()
  const status = run?.folded.status ?? (await storedStatus(id))
  return status === 'running' ? await stopElsewhere(id, instanceId) : status
}

/** Sends the command until the end is saved, or time is up: an instance that has just lost its connection misses it. */
async function stopElsewhere(generationId: string, instanceId: string): Promise<GenerationStatus> {
  const deadline = performance.now() + STOP_MS
  for (let checks = 0; performance.now() < deadline; checks++) {
    if (checks % CHECKS_PER_COMMAND === 0) await sendCommand(instanceId, { generationId, ask: 'stop' })
    await wait(CHECK_MS)
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

/** Ends the wait for the next attempt, if there is one, on any instance. Returns the status. The caller has checked the owner. */
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

/** Stops all generations of a conversation, on every instance. The caller has checked the owner. */
export async function stopConversation(conversationId: string): Promise<void> {
  const here = runs().ofConversation(conversationId)
  const running = await runningInConversation(database(), conversationId)
  await Promise.all([
    ...here.map((run) => run.stop()),
    // Only for speed: each instance checks for deleted conversations from time to time.
    ...running.map(({ id: generationId, instanceId }) =>
      sendCommand(instanceId, { generationId, ask: 'stop' }).catch((error: unknown) =>
        log().warn({ generationId, error }, 'couldn’t tell another instance about a deletion'),
      ),
    ),
  ])
}
