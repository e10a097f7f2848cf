import 'server-only'
import { database } from '@/lib/database/client'
import { durable } from '@/lib/database/durability'
import { type EndedGeneration, type Piece, saveCheckpoint } from '@/lib/database/generations'
import { log } from '@/lib/log'
import { metrics } from '@/lib/metrics'
import type { Problem } from '@/lib/protocol/events'
import type { Run } from './run'

/** Text that has arrived is in the database at most this much later, plus the write itself. */
const CHECKPOINT_MS = 200
/** An ending is saved at once, but no sooner than this after the last transaction, so that many at once share one. */
const BETWEEN_MS = 25
/** After a save that failed, the next try comes this much later; nothing is dropped meanwhile. */
const RETRY_MS = 1000

const endedElsewhere: Problem = {
  kind: 'internal',
  message:
    'The server that wrote this answer hung, and another one has ended the answer with what was saved. Try again.',
  retryable: true,
}

/**
 * The one writer for all running generations: one transaction a tick, with the pieces that were added since the last
 * one and the endings. A failed save keeps everything and is tried again. What another instance has ended is let go.
 */
export function createCheckpoints(instanceId: string) {
  const grown = new Set<Run>()
  const ended = new Map<Run, (own: boolean) => void>()
  let timer: NodeJS.Timeout | null = null
  let dueAt = Number.POSITIVE_INFINITY
  let writing = false
  let writtenAt = 0
  let oldestAt: number | null = null

  /** How long an ending waits. */
  const endDelay = () => Math.max(0, writtenAt + BETWEEN_MS - performance.now())

  function schedule(delay: number): void {
    const at = performance.now() + delay
    if (writing || at >= dueAt) return
    if (timer) clearTimeout(timer)
    dueAt = at
    timer = setTimeout(tick, delay)
  }

  async function tick(): Promise<void> {
    timer = null
    dueAt = Number.POSITIVE_INFINITY
    writing = true
    const oldest = oldestAt
    oldestAt = null
    const finishing = [...ended.keys()]
    const growing = [...grown].filter((run) => !ended.has(run))
    grown.clear()
    const batch = [...growing.map(growthOf), ...finishing.map(endOf)]
    const { unsaved, lost } = await saveAll(batch, instanceId)
    // Their upstreams are closed.
    for (const run of lost) void run.interrupt(endedElsewhere)
    for (const { run, piece } of unsaved) {
      if (!piece) continue
      run.returnUnsaved(piece.events)
      grown.add(run)
    }
    writtenAt = performance.now()
    if (unsaved.length > 0) oldestAt = oldest
    else if (oldest !== null) metrics().checkpointLag.observe((writtenAt - oldest) / 1000)
    if (finishing.length > 0) await onDisk()
    for (const run of finishing) {
      // Readers are told when the save has been tried, not only when it worked: a store that is down holds nobody up.
      const own = !lost.includes(run)
      if (!own) log().warn({ generationId: run.start.generationId }, 'another instance has ended this generation')
      ended.get(run)?.(own)
      if (!unsaved.some((entry) => entry.run === run)) ended.delete(run)
    }
    writing = false
    if (unsaved.length > 0) schedule(RETRY_MS)
    else if (ended.size > 0) schedule(endDelay())
    else if (grown.size > 0) schedule(CHECKPOINT_MS)
  }

  return {
    /** A run has events that are not saved yet. */
    grown(run: Run): void {
      grown.add(run)
      oldestAt ??= performance.now()
      schedule(CHECKPOINT_MS)
    },
    /** A run has ended. Settles when its end has been saved, or could not be for now; false when another instance has ended it. */
    ended(run: Run): Promise<boolean> {
      return new Promise((resolve) => {
        ended.set(run, resolve)
        schedule(endDelay())
      })
    },
    /** Whether the end of a generation is still to be saved. */
    isEnding(generationId: string): boolean {
      return [...ended.keys()].some((run) => run.start.generationId === generationId)
    },
    /** Settles when nothing is left to save. For the end of the process. */
    async drained(): Promise<void> {
      while (writing || grown.size > 0 || ended.size > 0)
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    },
  }
}

/** An ending that is committed but cannot be synced is still told: the commit itself survives all but a loss of power. */
async function onDisk(): Promise<void> {
  try {
    await durable()
  } catch (error) {
    log().error({ cause: error instanceof Error ? error.message : String(error) }, 'the disk could not be synced')
  }
}

/** What one run has for the database: what it grew by, or how it ended. */
type Entry =
  | { run: Run; piece: ReturnType<Run['takeUnsaved']>; end: null }
  | { run: Run; piece: null; end: EndedGeneration }

/** What became of entries: those that could not be saved, and the runs that are no longer this instance's. */
interface Saved {
  unsaved: Entry[]
  lost: Run[]
}

/** Saves entries in one transaction. */
async function saveAll(entries: Entry[], instanceId: string): Promise<Saved> {
  try {
    const lost = await saveCheckpoint(database(), instanceId, {
      pieces: entries.flatMap(({ run, piece }) => (piece ? pieceOf(run, piece) : [])),
      ended: entries.flatMap(({ end }) => end ?? []),
    })
    return { unsaved: [], lost: entries.flatMap(({ run }) => (lost.has(run.start.generationId) ? run : [])) }
  } catch (error) {
    const [first] = entries
    const alone = entries.length === 1
    log().error(
      { generationId: alone ? first?.run.start.generationId : undefined, error },
      'a checkpoint could not be saved',
    )
    // One that the database will not take must not hold up the others. One that is down takes none.
    if (alone || !refusesData(error)) return { unsaved: entries, lost: [] }
    const each: Saved[] = []
    for (const entry of entries) each.push(await saveAll([entry], instanceId))
    return { unsaved: each.flatMap(({ unsaved }) => unsaved), lost: each.flatMap(({ lost }) => lost) }
  }
}

/** Whether an error is about what was to be written: SQLSTATE classes 22 and 23, or SQLite's constraints. */
function refusesData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^2[23][0-9A-Z]{3}$/.test(code) || code.startsWith('SQLITE_CONSTRAINT')
}

function pieceOf(run: Run, { firstSeq, events }: ReturnType<Run['takeUnsaved']>): Piece {
  return { generationId: run.start.generationId, firstSeq, events: JSON.stringify(events) }
}

function growthOf(run: Run): Entry {
  return { run, piece: run.takeUnsaved(), end: null }
}

function endOf(run: Run): Entry {
  return { run, piece: null, end: endedGeneration(run) }
}

function endedGeneration(run: Run): EndedGeneration {
  const { parts, status, finishReason, usage } = run.folded
  return {
    generationId: run.start.generationId,
    messageId: run.start.messageId,
    conversationId: run.start.conversationId,
    parts,
    status,
    finishReason,
    usage,
    bill: run.bill,
    outline: JSON.stringify(run.outline),
    firstTokenAt: run.firstTokenAt,
    endedAt: run.endedAt ?? Date.now(),
  }
}
