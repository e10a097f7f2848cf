import 'server-only'
import { fullBill } from '@/lib/billing/bill'
import { readReservation } from '@/lib/database/billing/spending'
import { database, engine } from '@/lib/database/client'
import { type Bill, saveCheckpoint } from '@/lib/database/generations/checkpoints'
import { abandonedGenerations, claimGeneration, runningElsewhere, runningOn } from '@/lib/database/generations/running'
import { deleteInstances } from '@/lib/database/instances'
import type { GenerationRow } from '@/lib/database/schema'
import { indexEntryOf } from '@/lib/event-log/event-index'
import { readableEvents, storedBefore } from '@/lib/event-log/stored-events'
import { DEAD_AFTER_MS } from '@/lib/instances/heartbeat'
import { instanceId } from '@/lib/instances/instance-id'
import { log } from '@/lib/log'
import type { GenerationEvent, LogEvent, Problem, Usage } from '@/lib/protocol/events'
import { type Folded, foldEvent } from '@/lib/protocol/messages'
import { runs } from '../runs'
import { billOfAbandoned, usageOfAbandoned } from './abandoned-usage'

/** A generation inserted this long ago is running by now, if it ever will. */
const BEGUN_MS = 30_000
/** The delay before another attempt to end a generation, doubled each time up to a maximum. */
const RETRY_MS = 2_000
const RETRY_MOST_MS = 60_000

const crashed: Problem = {
  kind: 'internal',
  message: 'The server stopped while this reply was being written. What arrived so far has been saved. Try again.',
  retryable: true,
}
/** Generations that couldn't be ended: how often, and when each is retried. */
type Failures = Map<string, { times: number; dueAt: number }>

/** Returns the task that ends generations which no instance runs: as `interrupted`, with all text that was saved. */
export function createReaper(): () => Promise<void> {
  const failures: Failures = new Map()
  return async () => {
    const now = performance.now()
    const due = (await abandoned()).filter(({ id }) => (failures.get(id)?.dueAt ?? 0) <= now)
    let ended = 0
    for (const row of due) if (await tryToEnd(row, failures)) ended++
    if (engine() === 'postgres') await deleteInstances(database(), DEAD_AFTER_MS)
    if (ended > 0) log().warn({ generations: ended }, 'interrupted abandoned generations')
  }
}

/**
 * Generations of dead instances, and generations of this instance that it doesn't run: the database failed after their insert
 * and before its confirmation, or after this instance claimed them and before it ended them.
 */
async function abandoned(): Promise<GenerationRow[]> {
  const db = database()
  const here = instanceId()
  // On SQLite this process holds the data folder, so every other instance is dead.
  const elsewhere =
    engine() === 'sqlite' ? await runningElsewhere(db, here) : await abandonedGenerations(db, DEAD_AFTER_MS)
  const own = await runningOn(db, here, Date.now() - BEGUN_MS)
  return [...elsewhere, ...own.filter(({ id }) => !runs().has(id))]
}

async function tryToEnd(row: GenerationRow, failures: Failures): Promise<boolean> {
  try {
    // One instance ends it: a second one would find the pieces gone that the first has joined.
    const claimed = await claimGeneration(database(), row, instanceId())
    if (claimed) await interrupt(row)
    failures.delete(row.id)
    return claimed
  } catch (error) {
    const times = (failures.get(row.id)?.times ?? 0) + 1
    failures.set(row.id, { times, dueAt: performance.now() + Math.min(RETRY_MS * 2 ** (times - 1), RETRY_MOST_MS) })
    // The others are ended all the same, and the server starts.
    log().error({ generationId: row.id, error }, 'couldn’t end an abandoned generation')
    return false
  }
}

async function interrupt(row: GenerationRow): Promise<void> {
  const saved = await remainingEvents(row.id)
  const before = await storedBefore(row.id)
  const last = endingAfter(saved.at(-1)?.type)
  // A log with an error event has its usage event before that.
  const counted = await countedUsage(row, saved, last.length > 1 ? before : null)
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
        bill: billOfRow(row, folded.usage, saved, counted !== null),
        eventIndex: JSON.stringify(events.map(indexEntryOf)),
        firstTokenAt: row.firstTokenAt,
        endedAt: Date.now(),
      },
    ],
  })
  // Readers on other instances get the end at once.
  ending.forEach((event, index) => void runs().feed?.append(row.id, { seq: saved.length + 1 + index, ...event }))
}

/** The usage to append: none when the log has it already (`before` is null). Null when it can't be counted. */
async function countedUsage(
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

/** The bill: the whole reservation when the usage can't be counted; none when the row has no reservation. */
function billOfRow(row: GenerationRow, usage: Usage | null, saved: LogEvent[], counted: boolean): Bill | null {
  try {
    if (counted) return billOfAbandoned(row, usage, saved)
    return row.booking === null ? null : fullBill(readReservation(row.booking), 1)
  } catch (error) {
    log().error({ generationId: row.id, error }, 'couldn’t work out the cost')
    return null
  }
}

/** The terminal events that a log still needs after its last saved one: the end may have been saved in part. */
function endingAfter(last: GenerationEvent['type'] | undefined): GenerationEvent[] {
  const status: GenerationEvent = { type: 'status', data: { status: 'interrupted' } }
  if (last === 'status') return []
  return last === 'error' ? [status] : [{ type: 'error', data: crashed }, status]
}

/** The events of a log: the saved ones, and later ones that other instances received and may have shown. */
async function remainingEvents(generationId: string): Promise<LogEvent[]> {
  const events = await readableEvents(generationId)
  for (const event of (await runs().feed?.after(generationId, events.length)) ?? [])
    if (event.seq === events.length + 1) events.push(event)
  return events
}
