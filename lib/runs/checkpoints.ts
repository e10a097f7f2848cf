import 'server-only'
import { database } from '@/lib/database/client'
import { durable } from '@/lib/database/durability'
import { runningInDeleted } from '@/lib/database/instances'
import { log } from '@/lib/log'
import { metrics } from '@/lib/metrics'
import type { Problem } from '@/lib/protocol/events'
import type { Run } from './run'
import { type Saved, saveRuns } from './save-runs'

/** Text that has arrived is in the database at most this much later, plus the write itself. */
const CHECKPOINT_MS = 200
/** An ending is saved at once, but no sooner than this after the last transaction, so that many at once share one. */
const BETWEEN_MS = 25
/** After a save that failed, the next try comes this much later; nothing is dropped meanwhile. */
const RETRY_MS = 1000
/** What is refused again and again is tried at most this much later. */
const RETRY_MOST_MS = 15_000
/** A disk that has not synced by then is not waited for. */
const SYNC_MS = 5_000

const endedElsewhere: Problem = {
  kind: 'internal',
  message: 'The server writing this reply stopped responding, so the reply ends with what was saved. Try again.',
  retryable: true,
}

/** A run whose save the database refused: how often, and when it is tried again (`performance.now()`). */
interface Refused {
  times: number
  dueAt: number
}

/**
 * The one writer for all running generations: one transaction a tick, with the events that were added since the last
 * one and the endings. Runs keep their events until they are saved, so a save that fails loses nothing and is tried
 * again. A run that the database refuses is tried by itself, ever more rarely. What another instance has ended is let go.
 */
export function createCheckpoints(instanceId: string) {
  const grown = new Set<Run>()
  const ended = new Map<Run, (own: boolean) => void>()
  const refused = new Map<Run, Refused>()
  let timer: NodeJS.Timeout | null = null
  let dueAt = Number.POSITIVE_INFINITY
  let writing = false
  let writtenAt = 0
  /** After a failed save, none is tried before this. */
  let notBefore = 0
  let oldestAt: number | null = null

  /** Sees to it that a tick comes so much later, or earlier if one is due earlier. */
  function schedule(delay: number): void {
    const at = Math.max(performance.now() + delay, notBefore)
    if (writing || at >= dueAt) return
    if (timer) clearTimeout(timer)
    dueAt = at
    timer = setTimeout(tick, at - performance.now())
  }

  /** How long an ending waits. */
  const endDelay = () => Math.max(0, writtenAt + BETWEEN_MS - performance.now())

  async function tick(): Promise<void> {
    timer = null
    dueAt = Number.POSITIVE_INFINITY
    writing = true
    try {
      await save()
    } catch (error) {
      // Whatever it was about, the next tick comes, and the runs have kept what was not saved.
      notBefore = performance.now() + RETRY_MS
      log().error({ error }, 'a checkpoint failed')
    } finally {
      writing = false
      writtenAt = performance.now()
      scheduleNext()
    }
  }

  function scheduleNext(): void {
    const now = performance.now()
    for (const { dueAt } of refused.values()) schedule(dueAt - now)
    if ([...ended.keys()].some((run) => !refused.has(run))) schedule(endDelay())
    else if ([...grown].some((run) => !refused.has(run))) schedule(CHECKPOINT_MS)
  }

  async function save(): Promise<void> {
    const oldest = oldestAt
    oldestAt = null
    const now = performance.now()
    const finishing = new Set(ended.keys())
    const growing = new Set([...grown].filter((run) => !finishing.has(run)))
    const isNew = (run: Run) => !refused.has(run)
    let failed = await saveTogether([...growing].filter(isNew), [...finishing].filter(isNew))
    // Each by itself, after the others.
    for (const [run, { dueAt }] of [...refused])
      if (!failed && dueAt <= now)
        failed = await saveTogether(growing.has(run) ? [run] : [], finishing.has(run) ? [run] : [])
    if (!failed) await stopDeleted(growing)
    if (failed) {
      notBefore = performance.now() + RETRY_MS
      oldestAt = oldest
    } else if (oldest !== null) metrics().checkpointLag.observe((performance.now() - oldest) / 1000)
  }

  /** Whether the database took nothing. */
  async function saveTogether(growing: Run[], finishing: Run[]): Promise<boolean> {
    const outcomes = await saveRuns(growing, finishing, instanceId)
    if (finishing.length > 0) await onDisk()
    for (const run of growing) grew(run, outcomes.get(run))
    for (const run of finishing) finished(run, outcomes.get(run))
    return [...outcomes.values()].some(({ outcome }) => outcome === 'failed')
  }

  /** A conversation may have been deleted on another instance, whose word of it can be lost. */
  async function stopDeleted(growing: Set<Run>): Promise<void> {
    if (growing.size === 0) return
    const deleted = new Set(await runningInDeleted(database(), instanceId))
    for (const run of growing) if (deleted.has(run.start.generationId)) void run.stop()
  }

  function grew(run: Run, saved: Saved | undefined): void {
    if (saved?.outcome === 'refused') refuse(run)
    if (saved?.outcome !== 'saved' && saved?.outcome !== 'lost') return
    refused.delete(run)
    run.forgetUnsaved(saved.events)
    if (run.unsavedCount === 0) grown.delete(run)
    // Its upstream is closed.
    if (saved.outcome === 'lost') void run.interrupt(endedElsewhere)
  }

  function finished(run: Run, saved: Saved | undefined): void {
    const own = saved?.outcome !== 'lost'
    if (!own) log().warn({ generationId: run.start.generationId }, 'another instance has ended this generation')
    // Readers are told when the save has been tried, not only when it worked: a store that is down holds nobody up.
    ended.get(run)?.(own)
    if (saved?.outcome === 'refused') refuse(run)
    if (saved?.outcome !== 'saved' && saved?.outcome !== 'lost') return
    ended.delete(run)
    grown.delete(run)
    refused.delete(run)
  }

  function refuse(run: Run): void {
    const times = (refused.get(run)?.times ?? 0) + 1
    refused.set(run, { times, dueAt: performance.now() + Math.min(RETRY_MS * 2 ** (times - 1), RETRY_MOST_MS) })
  }

  return {
    /** A run has events that are not saved yet. */
    grown(run: Run): void {
      grown.add(run)
      if (refused.has(run)) return
      oldestAt ??= performance.now()
      schedule(CHECKPOINT_MS)
    },
    /** A run has ended. Settles when its end has been saved, or could not be for now; false when another instance has ended it. */
    ended(run: Run): Promise<boolean> {
      return new Promise((resolve) => {
        ended.set(run, resolve)
        // What was refused of its text may be taken with its end.
        refused.delete(run)
        schedule(endDelay())
      })
    },
    /** Whether the end of a generation is still to be saved. */
    isEnding(generationId: string): boolean {
      return [...ended.keys()].some((run) => run.start.generationId === generationId)
    },
    /** The runs of which something is still to be saved. */
    get unsaved(): Run[] {
      return [...new Set([...grown, ...ended.keys()])]
    },
    /** Settles when nothing is left to save, which may be never. For the end of the process. */
    async drained(): Promise<void> {
      while (writing || grown.size > 0 || ended.size > 0)
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    },
  }
}

/** An ending that is committed but cannot be synced is still told: the commit itself survives all but a loss of power. */
async function onDisk(): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not synced after ${SYNC_MS} ms`)), SYNC_MS)
  })
  try {
    await Promise.race([durable(), late])
  } catch (error) {
    log().error({ cause: error instanceof Error ? error.message : String(error) }, 'couldn’t sync the disk')
  } finally {
    clearTimeout(timer)
  }
}
