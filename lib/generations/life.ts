import 'server-only'
import { database, engine, migrate } from '@/lib/database/client'
import { sweepDeleted } from '@/lib/database/conversations'
import { beat, claimGeneration, forgetInstances, orphanedGenerations, saveCheckpoint } from '@/lib/database/generations'
import type { GenerationRow } from '@/lib/database/schema'
import { log } from '@/lib/log'
import type { GenerationEvent, Problem } from '@/lib/protocol/events'
import { foldEvent, nothingYet } from '@/lib/protocol/messages'
import { outlineOf } from './outline'
import { checkpointedEvents } from './read'
import { runs } from './runs'

const HEARTBEAT_MS = 5_000
const DEAD_AFTER_MS = 15_000
const SWEEP_MS = 60 * 60 * 1000

const crashed: Problem = {
  kind: 'internal',
  message: 'The server stopped while this answer was being written. What had arrived is kept. Try again.',
  retryable: true,
}
const shutDown: Problem = {
  kind: 'internal',
  message: 'The server was shut down while this answer was being written. What had arrived is kept. Try again.',
  retryable: true,
}

/**
 * Makes the process ready to serve: migrates, ends what a dead process left running, and keeps this process's heartbeat.
 * @throws {Error} in words when the database cannot be used.
 */
export async function openHouse(): Promise<void> {
  const db = database()
  await migrate(db)
  // The data folder is held by this process alone, so whatever else ran on it is dead. On Postgres others may live.
  if (engine() === 'sqlite') await forgetInstances(db, Number.MAX_SAFE_INTEGER)
  await beat(db, runs().instanceId, Date.now())
  await reap()
  let aliveSince = Date.now()
  let beatenAt = aliveSince
  every(HEARTBEAT_MS, 'the heartbeat', async () => {
    const now = Date.now()
    await beat(db, runs().instanceId, now)
    // After an outage of the database nobody's heartbeat is fresh: the others get the time to say that they live.
    if (now - beatenAt > DEAD_AFTER_MS) aliveSince = now
    beatenAt = now
    if (engine() === 'postgres' && now - aliveSince >= DEAD_AFTER_MS) await reap()
  })
  await sweepDeleted()
  every(SWEEP_MS, 'the sweep of deleted conversations', sweepDeleted)
}

/**
 * Lets no generation start any more, and what runs go on until `enough` aborts; then ends it as `interrupted`. Settles
 * when all is saved.
 */
export async function closeHouse(enough: AbortSignal): Promise<void> {
  await runs().drain(shutDown, enough)
  await runs().close(shutDown)
  await forgetInstance()
}

/** Ends the generations of instances that have stopped, with all the text that was saved. */
async function reap(): Promise<void> {
  const db = database()
  const since = Date.now() - DEAD_AFTER_MS
  const orphans = await orphanedGenerations(db, since)
  for (const orphan of orphans) {
    // Its pieces are joined once: a second instance that found it too would join what the first has removed.
    try {
      if (await claimGeneration(db, orphan, runs().instanceId)) await interruptOrphan(orphan)
    } catch (error) {
      // One that cannot be read must not keep the others, or the server, from their work.
      log().error({ generationId: orphan.id, error }, 'a generation of a stopped process could not be ended')
    }
  }
  await forgetInstances(db, since)
  if (orphans.length > 0)
    log().warn({ generations: orphans.length }, 'generations of a stopped process were interrupted')
}

async function interruptOrphan(row: GenerationRow): Promise<void> {
  const saved = await checkpointedEvents(row.id)
  const ending: GenerationEvent[] = [
    { type: 'error', data: crashed },
    { type: 'status', data: { status: 'interrupted' } },
  ]
  const events = [...saved.map(({ seq: _, ...event }) => event), ...ending]
  const folded = events.reduce(foldEvent, nothingYet)
  await saveCheckpoint(database(), {
    pieces: [],
    ended: [
      {
        ...folded,
        generationId: row.id,
        messageId: row.messageId,
        conversationId: row.conversationId,
        outline: JSON.stringify(events.map(outlineOf)),
        firstTokenAt: row.firstTokenAt,
        endedAt: Date.now(),
      },
    ],
  })
}

async function forgetInstance(): Promise<void> {
  await database().deleteFrom('instances').where('id', '=', runs().instanceId).execute()
}

/** Repeats a task, each time so long after the last one was over. */
function every(ms: number, what: string, task: () => Promise<void>): void {
  const run = () => {
    task()
      .catch((error: unknown) => log().error({ error }, `${what} failed`))
      .finally(() => setTimeout(run, ms).unref())
  }
  setTimeout(run, ms).unref()
}
