import 'server-only'
import { database } from '@/lib/database/client'
import { syncedToDisk } from '@/lib/database/durability'
import type { EndedGeneration } from '@/lib/database/generations/checkpoints'
import { runningInDeleted } from '@/lib/database/generations/running'
import { log } from '@/lib/log'
import { metrics } from '@/lib/metrics'
import type { GenerationEvent, StartData } from '@/lib/protocol/events'
import { CHECKPOINT_MS } from '@/lib/protocol/pacing'
import { Checkpoint, type Loss } from './checkpoint'
import { type Saved, saveCheckpoints } from './save-checkpoints'

/** An end is saved at once, but not sooner than this after the last transaction, so that many ends share one. */
const BETWEEN_MS = 25
/** After a failed save, the next attempt comes this much later. Nothing is dropped meanwhile. */
const RETRY_MS = 1000
/** A checkpoint that the database keeps refusing is retried at most this much later. */
const RETRY_MOST_MS = 15_000
/** How long a sync of the disk may delay the end of a generation. */
const SYNC_MS = 5_000

/** A checkpoint that the database refused: how often, and when it is retried (`performance.now()`). */
interface Refusal {
  times: number
  dueAt: number
}

/** A run's way to save itself. */
export interface CheckpointHandle {
  append(events: GenerationEvent[]): void
  /** Settles when the end is saved, or couldn't be for now; false when another instance has ended the generation. */
  end(end: EndedGeneration): Promise<boolean>
}

export type Checkpoints = ReturnType<typeof createCheckpoints>

/**
 * The one writer for all running generations: one transaction per tick, with the events since the last one and the ends.
 * Events are kept until they are saved, so a failed save loses nothing and is retried. A checkpoint that the database
 * refuses is retried alone, with growing delays. A generation that another instance has ended is let go.
 */
export function createCheckpoints(instanceId: string) {
  const opened = new Set<Checkpoint>()
  const growing = new Set<Checkpoint>()
  const ending = new Map<Checkpoint, (isOwn: boolean) => void>()
  const refused = new Map<Checkpoint, Refusal>()
  let timer: NodeJS.Timeout | null = null
  let dueAt = Number.POSITIVE_INFINITY
  let isSaving = false
  let savedAt = 0
  /** After a failed save, none is tried before this. */
  let notBefore = 0
  let oldestAt: number | null = null

  /** Makes a tick come after a delay, unless one is due earlier. */
  function schedule(delay: number): void {
    const at = Math.max(performance.now() + delay, notBefore)
    if (isSaving || at >= dueAt) return
    if (timer) clearTimeout(timer)
    dueAt = at
    timer = setTimeout(tick, at - performance.now())
  }

  /** How long an end waits. */
  const endDelay = () => Math.max(0, savedAt + BETWEEN_MS - performance.now())

  async function tick(): Promise<void> {
    timer = null
    dueAt = Number.POSITIVE_INFINITY
    isSaving = true
    try {
      await save()
    } catch (error) {
      // Nothing is lost: the next tick comes, and unsaved events are kept.
      notBefore = performance.now() + RETRY_MS
      log().error({ error }, 'a checkpoint failed')
    } finally {
      isSaving = false
      savedAt = performance.now()
      scheduleNext()
    }
  }

  function scheduleNext(): void {
    const now = performance.now()
    for (const { dueAt } of refused.values()) schedule(dueAt - now)
    if ([...ending.keys()].some((each) => !refused.has(each))) schedule(endDelay())
    else if ([...growing].some((each) => !refused.has(each))) schedule(CHECKPOINT_MS)
  }

  async function save(): Promise<void> {
    const oldest = oldestAt
    oldestAt = null
    const now = performance.now()
    const ends = [...ending.keys()]
    const grown = [...growing].filter((each) => !ending.has(each))
    let hasFailed = await saveTogether([...grown, ...ends].filter((each) => !refused.has(each)))
    // Each alone, after the others.
    for (const [each, { dueAt }] of [...refused]) if (!hasFailed && dueAt <= now) hasFailed = await saveTogether([each])
    if (!hasFailed) await stopDeleted(grown)
    if (hasFailed) {
      notBefore = performance.now() + RETRY_MS
      oldestAt = oldest
    } else if (oldest !== null) metrics().checkpointLag.observe((performance.now() - oldest) / 1000)
  }

  /** Whether the database took nothing. */
  async function saveTogether(checkpoints: Checkpoint[]): Promise<boolean> {
    const ends = checkpoints.filter(({ end }) => end !== null)
    const grown = checkpoints.filter(({ end }) => end === null)
    const outcomes = await saveCheckpoints(checkpoints, instanceId)
    if (ends.length > 0) await onDisk()
    for (const each of grown) settleGrown(each, outcomes.get(each))
    for (const each of ends) settleEnd(each, outcomes.get(each))
    return [...outcomes.values()].some(({ outcome }) => outcome === 'failed')
  }

  /** Another instance may have deleted a conversation, and its command to stop can be lost. */
  async function stopDeleted(grown: Checkpoint[]): Promise<void> {
    if (grown.length === 0) return
    const deleted = await runningInDeleted(database(), instanceId)
    for (const each of grown) if (deleted.has(each.generationId)) each.onLoss('deleted')
  }

  function settleGrown(checkpoint: Checkpoint, saved: Saved | undefined): void {
    if (saved?.outcome === 'refused') refuse(checkpoint)
    if (saved?.outcome !== 'saved' && saved?.outcome !== 'lost') return
    refused.delete(checkpoint)
    checkpoint.forget(saved.events)
    if (checkpoint.unsavedCount === 0) growing.delete(checkpoint)
    if (saved.outcome === 'lost') checkpoint.onLoss('ended elsewhere')
  }

  function settleEnd(checkpoint: Checkpoint, saved: Saved | undefined): void {
    const isOwn = saved?.outcome !== 'lost'
    if (!isOwn) log().warn({ generationId: checkpoint.generationId }, 'another instance has ended this generation')
    // Readers get the end when its save has been tried, even if it failed: a database that is down delays nobody.
    ending.get(checkpoint)?.(isOwn)
    if (saved?.outcome === 'refused') refuse(checkpoint)
    if (saved?.outcome !== 'saved' && saved?.outcome !== 'lost') return
    ending.delete(checkpoint)
    growing.delete(checkpoint)
    refused.delete(checkpoint)
    opened.delete(checkpoint)
  }

  function refuse(checkpoint: Checkpoint): void {
    const times = (refused.get(checkpoint)?.times ?? 0) + 1
    refused.set(checkpoint, { times, dueAt: performance.now() + Math.min(RETRY_MS * 2 ** (times - 1), RETRY_MOST_MS) })
  }

  return {
    /** Begins to save a generation. `onLoss` is called when it is no longer this instance's to write. */
    open(start: StartData, onLoss: (loss: Loss) => void): CheckpointHandle {
      const checkpoint = new Checkpoint(start, onLoss)
      opened.add(checkpoint)
      return {
        append(events) {
          checkpoint.append(events)
          growing.add(checkpoint)
          if (refused.has(checkpoint)) return
          oldestAt ??= performance.now()
          schedule(CHECKPOINT_MS)
        },
        end(end) {
          return new Promise((resolve) => {
            checkpoint.end = end
            ending.set(checkpoint, resolve)
            // What was refused of its text may be taken with its end.
            refused.delete(checkpoint)
            schedule(endDelay())
          })
        },
      }
    },
    /** Whether the end of a generation is still to be saved. */
    isEnding(generationId: string): boolean {
      return [...ending.keys()].some((each) => each.generationId === generationId)
    },
    /** The generations that haven't ended, or whose end isn't saved. */
    get unsaved(): readonly Checkpoint[] {
      return [...opened]
    },
    /** Settles when nothing is left to save, which may be never. For the end of the process. */
    async drained(): Promise<void> {
      while (isSaving || growing.size > 0 || ending.size > 0)
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    },
  }
}

/** Waits for the disk, up to a limit: an end that is committed survives everything but a loss of power. */
async function onDisk(): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not synced after ${SYNC_MS} ms`)), SYNC_MS)
  })
  try {
    await Promise.race([syncedToDisk(), timeout])
  } catch (error) {
    log().error({ cause: error instanceof Error ? error.message : String(error) }, 'couldn’t sync the disk')
  } finally {
    clearTimeout(timer)
  }
}
