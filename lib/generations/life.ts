import 'server-only'
import { openAccounts, sweepAccounts } from '@/lib/accounts/owner'
import { config } from '@/lib/config'
import { database, engine, migrate } from '@/lib/database/client'
import { sweepDeleted } from '@/lib/database/conversations'
import { saveCheckpoint } from '@/lib/database/generations'
import {
  anotherSecret,
  claimGeneration,
  forgetInstances,
  orphanedGenerations,
  runningOn,
} from '@/lib/database/instances'
import type { GenerationRow } from '@/lib/database/schema'
import { log } from '@/lib/log'
import type { GenerationEvent, LogEvent, Problem } from '@/lib/protocol/events'
import { foldEvent } from '@/lib/protocol/messages'
import { resealKeys } from '@/lib/providers/keys'
import { secretMark } from '@/lib/secret'
import { DEAD_AFTER_MS, HEARTBEAT_MS, heartbeat } from './heartbeat'
import { billOfOrphan, usageOfOrphan } from './orphans'
import { outlineOf } from './outline'
import { runs } from './runs'
import { listenForSignals } from './signals'
import { checkpointedEvents, storedBefore } from './stored'

/** A turn that was inserted so long ago runs by now, if it ever will. */
const BEGUN_MS = 30_000
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
  await openAccounts(db)
  await resealKeys()
  // The data folder is held by this process alone, so whatever else ran on it is dead. On Postgres others may live.
  if (engine() === 'sqlite') await forgetInstances(db, null)
  await heartbeat().now()
  await adviseSecret()
  listenForSignals()
  // After an outage of Postgres nobody's heartbeat is fresh yet: the others may live, and are given time to say so.
  if (engine() === 'sqlite') await reap()
  let aliveSince = performance.now()
  let beatenAt = aliveSince
  every(HEARTBEAT_MS, 'the heartbeat', async () => {
    const now = performance.now()
    await heartbeat().now()
    // After an outage of the database nobody's heartbeat is fresh: the others get the time to say that they live.
    if (now - beatenAt > DEAD_AFTER_MS) aliveSince = now
    beatenAt = now
    if (engine() === 'postgres' && now - aliveSince >= DEAD_AFTER_MS) await reap()
  })
  await sweepDeleted().catch((error: unknown) => log().error({ error }, 'the sweep of deleted conversations failed'))
  every(SWEEP_MS, 'the sweep of deleted conversations', sweepDeleted)
  every(SWEEP_MS, 'the sweep of sessions', sweepAccounts)
}

/** Instances with different secrets sign people out of each other, and cannot read the keys that another has kept. */
async function adviseSecret(): Promise<void> {
  if (engine() !== 'postgres') return
  if (await anotherSecret(database(), secretMark(), DEAD_AFTER_MS)) {
    log().error(
      'Another Rill that runs on this database has another RILL_SECRET. People are signed out whenever their requests change between the two, and keys that one has stored cannot be opened by the other. Set RILL_SECRET to the same for all of them.',
    )
  }
  if (config().secret) return
  log().warn(
    `RILL_SECRET is not set, so this Rill uses the one in ${config().dataDir}. Before a second one shares this database, set RILL_SECRET to the same for both: to what the file \`secret\` there holds, so that nobody has to sign in again.`,
  )
}

/** Lets no generation start any more. Settles when none runs, or when `enough` aborts. */
export async function drain(enough: AbortSignal): Promise<void> {
  await runs().drain(shutDown, enough)
}

/** Ends what runs as `interrupted`. Settles when all is saved, which it may never be: the caller sets the time limit. */
export async function saveAndForget(): Promise<void> {
  await runs().close(shutDown)
  await forgetInstance()
}

/** Ends the generations of instances that have stopped, and those that nobody runs, with all the text that was saved. */
async function reap(): Promise<void> {
  const db = database()
  const orphans = [...(await orphanedGenerations(db, DEAD_AFTER_MS)), ...(await forsaken())]
  for (const orphan of orphans) {
    // Its pieces are joined once: a second instance that found it too would join what the first has removed.
    try {
      if (await claimGeneration(db, orphan, runs().instanceId)) await interruptOrphan(orphan)
    } catch (error) {
      // One that cannot be read must not keep the others, or the server, from their work.
      log().error({ generationId: orphan.id, error }, 'a generation of a stopped process could not be ended')
    }
  }
  await forgetInstances(db, DEAD_AFTER_MS)
  if (orphans.length > 0)
    log().warn({ generations: orphans.length }, 'generations of a stopped process were interrupted')
}

/**
 * Generations in this process's name that it does not run: the database went away after it had begun one and before it
 * said so, or after this process had taken over one and before it had ended it.
 */
async function forsaken(): Promise<GenerationRow[]> {
  const rows = await runningOn(database(), runs().instanceId, Date.now() - BEGUN_MS)
  return rows.filter(({ id }) => !runs().has(id))
}

async function interruptOrphan(row: GenerationRow): Promise<void> {
  const saved = await lastingEvents(row.id)
  const before = await storedBefore(row.id)
  const last = endingAfter(saved.at(-1)?.type)
  // One that told why it ended had told what it used.
  const usage = last.length > 1 ? await usageOfOrphan(row, saved, before) : null
  const ending: GenerationEvent[] = [...(usage ? [{ type: 'usage' as const, data: usage }] : []), ...last]
  const events = [...saved.map(({ seq: _, ...event }) => event), ...ending]
  const folded = events.reduce(foldEvent, before)
  await saveCheckpoint(database(), runs().instanceId, {
    pieces: [],
    ended: [
      {
        ...folded,
        generationId: row.id,
        messageId: row.messageId,
        conversationId: row.conversationId,
        bill: billOfOrphan(row, folded.usage, saved),
        outline: JSON.stringify(events.map(outlineOf)),
        firstTokenAt: row.firstTokenAt,
        endedAt: Date.now(),
      },
    ],
  })
  // So that those who follow it on any instance hear of it at once.
  ending.forEach((event, index) => void runs().feed?.append(row.id, { seq: saved.length + 1 + index, ...event }))
}

/** How a log ends that was cut off after an event of this type: it may have told its end and not saved it. */
function endingAfter(last: GenerationEvent['type'] | undefined): GenerationEvent[] {
  const status: GenerationEvent = { type: 'status', data: { status: 'interrupted' } }
  if (last === 'status') return []
  return last === 'error' ? [status] : [{ type: 'error', data: crashed }, status]
}

/** What is left of a log: what was saved, and what had gone to other instances and may have been seen there. */
async function lastingEvents(generationId: string): Promise<LogEvent[]> {
  const events = await checkpointedEvents(generationId)
  for (const event of (await runs().feed?.after(generationId, events.length)) ?? [])
    if (event.seq === events.length + 1) events.push(event)
  return events
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
