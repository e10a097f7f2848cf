import 'server-only'
import { database } from '@/lib/database/client'
import { durable } from '@/lib/database/durability'
import { type EndedGeneration, type Piece, saveCheckpoint } from '@/lib/database/generations'
import { log } from '@/lib/log'
import type { Run } from './run'

/** Text that has arrived is in the database at most this much later, plus the write itself. */
const CHECKPOINT_MS = 200
/** An ending is saved at once, but no sooner than this after the last transaction, so that many at once share one. */
const BETWEEN_MS = 25
/** After a save that failed, the next try comes this much later; nothing is dropped meanwhile. */
const RETRY_MS = 1000

/**
 * The one writer for all running generations: one transaction a tick, with the pieces that were added since the last
 * one and the endings. A failed save keeps everything and is tried again.
 */
export function createCheckpoints() {
  const grown = new Set<Run>()
  const ended = new Map<Run, () => void>()
  let timer: NodeJS.Timeout | null = null
  let dueAt = Number.POSITIVE_INFINITY
  let writing = false
  let writtenAt = 0

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
    const finishing = [...ended.keys()]
    const growing = [...grown].filter((run) => !ended.has(run))
    grown.clear()
    const taken = growing.map((run) => ({ run, ...run.takeUnsaved() }))
    try {
      await saveCheckpoint(database(), { pieces: taken.map(pieceOf), ended: finishing.map(endedGeneration) })
    } catch (error) {
      log().error({ cause: error instanceof Error ? error.message : String(error) }, 'a checkpoint could not be saved')
      for (const { run, events } of taken) {
        run.returnUnsaved(events)
        grown.add(run)
      }
      releaseAll(finishing)
      writing = false
      schedule(RETRY_MS)
      return
    }
    writtenAt = performance.now()
    if (finishing.length > 0) await onDisk()
    releaseAll(finishing)
    for (const run of finishing) ended.delete(run)
    writing = false
    if (ended.size > 0) schedule(endDelay())
    else if (grown.size > 0) schedule(CHECKPOINT_MS)
  }

  /** Readers are told of an ending when the save has been tried, not only when it worked: a store that is down holds nobody up. */
  function releaseAll(runs: Run[]): void {
    for (const run of runs) ended.get(run)?.()
  }

  return {
    /** A run has events that are not saved yet. */
    grown(run: Run): void {
      grown.add(run)
      schedule(CHECKPOINT_MS)
    },
    /** A run has ended. Settles when its end has been saved, or could not be for now. */
    ended(run: Run): Promise<void> {
      return new Promise((resolve) => {
        ended.set(run, resolve)
        schedule(endDelay())
      })
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

function pieceOf({ run, firstSeq, events }: { run: Run } & ReturnType<Run['takeUnsaved']>): Piece {
  return { generationId: run.start.generationId, firstSeq, events: JSON.stringify(events) }
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
    outline: JSON.stringify(run.outline),
    firstTokenAt: run.firstTokenAt,
    endedAt: run.endedAt ?? Date.now(),
  }
}
