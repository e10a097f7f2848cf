import 'server-only'
import { fullBill } from '@/lib/billing/bill'
import { readReservation } from '@/lib/database/billing/spending'
import { database, engine } from '@/lib/database/client'
import { type Bill, saveCheckpoint } from '@/lib/database/generations'
import {
  claimGeneration,
  forgetInstances,
  orphanedGenerations,
  runningElsewhere,
  runningOn,
} from '@/lib/database/instances'
import type { GenerationRow } from '@/lib/database/schema'
import { indexEntryOf } from '@/lib/event-log/event-index'
import { readableEvents, storedBefore } from '@/lib/event-log/stored-events'
import { DEAD_AFTER_MS } from '@/lib/instances/heartbeat'
import { instanceId } from '@/lib/instances/instance-id'
import { log } from '@/lib/log'
import type { GenerationEvent, LogEvent, Problem, Usage } from '@/lib/protocol/events'
import { type Folded, foldEvent } from '@/lib/protocol/messages'
import { billOfAbandoned, usageOfAbandoned } from './abandoned-usage'
import { runs } from './runs'

/** A turn that was inserted so long ago runs by now, if it ever will. */
const BEGUN_MS = 30_000
/** One that cannot be ended is tried again this much later, then ever later. */
const RETRY_MS = 2_000
const RETRY_MOST_MS = 60_000

const crashed: Problem = {
  kind: 'internal',
  message: 'The server stopped while this reply was being written. What arrived so far has been saved. Try again.',
  retryable: true,
}
/** Those that could not be ended: how often, and when each is tried again. */
type Failures = Map<string, { times: number; dueAt: number }>

/** Ends generations that nobody runs, again and again: each as `interrupted`, with all the text that was saved. */
export function createReaper(): () => Promise<void> {
  const failures: Failures = new Map()
  return async () => {
    const now = performance.now()
    const due = (await abandoned()).filter(({ id }) => (failures.get(id)?.dueAt ?? 0) <= now)
    let ended = 0
    for (const row of due) if (await tryToEnd(row, failures)) ended++
    if (engine() === 'postgres') await forgetInstances(database(), DEAD_AFTER_MS)
    if (ended > 0) log().warn({ generations: ended }, 'interrupted abandoned generations')
  }
}

/**
 * Generations of instances that have stopped, and those in this process's name that it does not run: the database went
 * away after it had begun one and before it said so, or after this process had taken over one and before it had ended it.
 */
async function abandoned(): Promise<GenerationRow[]> {
  const db = database()
  const here = instanceId()
  // On SQLite this process holds the data folder, so whatever else ran on it is dead.
  const elsewhere =
    engine() === 'sqlite' ? await runningElsewhere(db, here) : await orphanedGenerations(db, DEAD_AFTER_MS)
  const own = await runningOn(db, here, Date.now() - BEGUN_MS)
  return [...elsewhere, ...own.filter(({ id }) => !runs().has(id))]
}

async function tryToEnd(row: GenerationRow, failures: Failures): Promise<boolean> {
  try {
    // Its pieces are joined once: a second instance that found it too would join what the first has removed.
    const claimed = await claimGeneration(database(), row, instanceId())
    if (claimed) await interrupt(row)
    failures.delete(row.id)
    return claimed
  } catch (error) {
    const times = (failures.get(row.id)?.times ?? 0) + 1
    failures.set(row.id, { times, dueAt: performance.now() + Math.min(RETRY_MS * 2 ** (times - 1), RETRY_MOST_MS) })
    // One that cannot be ended must not keep the others, or the server, from their work.
    log().error({ generationId: row.id, error }, 'couldn’t end an abandoned generation')
    return false
  }
}

async function interrupt(row: GenerationRow): Promise<void> {
  const saved = await lastingEvents(row.id)
  const before = await storedBefore(row.id)
  const last = endingAfter(saved.at(-1)?.type)
  // One that told why it ended had told what it used.
  const counted = await countedUse(row, saved, last.length > 1 ? before : null)
  const ending: GenerationEvent[] = [
    ...(counted?.usage ? [{ type: 'usage' as const, data: counted.usage }] : []),
    ...last,
  ]
  const events = [...saved.map(({ seq: _, ...event }) => event), ...ending]
  const folded = events.reduce(foldEvent, before)
  await saveCheckpoint(database(), instanceId(), {
    pieces: [],
    ended: [
      {
        ...folded,
        generationId: row.id,
        messageId: row.messageId,
        conversationId: row.conversationId,
        bill: billFor(row, folded.usage, saved, counted !== null),
        outline: JSON.stringify(events.map(indexEntryOf)),
        firstTokenAt: row.firstTokenAt,
        endedAt: Date.now(),
      },
    ],
  })
  // So that those who follow it on any instance hear of it at once.
  ending.forEach((event, index) => void runs().feed?.append(row.id, { seq: saved.length + 1 + index, ...event }))
}

/** What it used, as far as that has not been told (`before` is null when it has); null when it cannot be counted. */
async function countedUse(
  row: GenerationRow,
  saved: LogEvent[],
  before: Folded | null,
): Promise<{ usage: Usage | null } | null> {
  try {
    return { usage: before && (await usageOfAbandoned(row, saved, before)) }
  } catch (error) {
    log().error({ generationId: row.id, error }, 'couldn’t count the usage')
    return null
  }
}

/** The bill: all that was reserved, when the use cannot be counted; none, when the row does not tell what was. */
function billFor(row: GenerationRow, usage: Usage | null, saved: LogEvent[], counted: boolean): Bill | null {
  try {
    if (counted) return billOfAbandoned(row, usage, saved)
    return row.booking === null ? null : fullBill(readReservation(row.booking), 1)
  } catch (error) {
    log().error({ generationId: row.id, error }, 'couldn’t work out the cost')
    return null
  }
}

/** How a log ends that was cut off after an event of this type: it may have told its end and not saved it. */
function endingAfter(last: GenerationEvent['type'] | undefined): GenerationEvent[] {
  const status: GenerationEvent = { type: 'status', data: { status: 'interrupted' } }
  if (last === 'status') return []
  return last === 'error' ? [status] : [{ type: 'error', data: crashed }, status]
}

/** What is left of a log: what was saved, and what had gone to other instances and may have been seen there. */
async function lastingEvents(generationId: string): Promise<LogEvent[]> {
  const events = await readableEvents(generationId)
  for (const event of (await runs().feed?.after(generationId, events.length)) ?? [])
    if (event.seq === events.length + 1) events.push(event)
  return events
}
