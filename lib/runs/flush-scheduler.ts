import 'server-only'
import { performance } from 'node:perf_hooks'
import { log } from '@/lib/log'
import { FLUSH_BUSY_MS, FLUSH_OVERLOADED_MS, FLUSH_QUIET_MS } from '@/lib/protocol/pacing'

/** The utilization of the event loop at which joining starts, and at which it is longest. */
const QUIET_UTILIZATION = 0.04
const BUSY_UTILIZATION = 0.15
/** Beyond both, a process can't keep up at `FLUSH_BUSY_MS`: later text for all beats no text for some. */
const OVERLOADED_UTILIZATION = 0.8
const OVERLOADED_FLUSHES = 150
const MEASURE_EVERY_MS = 250

/** Something that buffers deltas. */
export interface Flushable {
  flush(): void
}

/** The time in milliseconds, and the recent utilization of the event loop (0 to 1). */
export interface Clock {
  now(): number
  utilization(): number
}

export type FlushScheduler = ReturnType<typeof createFlushScheduler>

/**
 * Decides when buffered deltas are flushed. An event to a reader costs the same whatever its length: so a quiet generation
 * flushes at once, and a busy process joins the deltas of 8 to 50 ms into one event, for all generations on one timer.
 */
export function createFlushScheduler(clock: Clock = processClock()) {
  const waiting = new Set<Flushable>()
  const flushedAt = new WeakMap<Flushable, number>()
  let timer: NodeJS.Timeout | null = null
  let lastBatch = 0
  let overloaded = false

  function flushWaiting(): void {
    timer = null
    const batch = [...waiting]
    waiting.clear()
    lastBatch = batch.length
    const now = clock.now()
    for (const each of batch) {
      flushedAt.set(each, now)
      try {
        each.flush()
      } catch (error) {
        // One that cannot be flushed holds back none of the others.
        log().error({ error }, 'couldn’t flush the deltas of a generation')
      }
    }
  }

  return {
    /** Flushes at once if the last flush is long enough ago, or else with the others at the next tick. */
    request(flushable: Flushable): void {
      if (waiting.has(flushable)) return
      const now = clock.now()
      const interval = intervalFor(clock.utilization(), lastBatch)
      overloaded = interval === FLUSH_OVERLOADED_MS
      const last = flushedAt.get(flushable)
      if (last === undefined || now - last >= interval) {
        flushedAt.set(flushable, now)
        flushable.flush()
        return
      }
      waiting.add(flushable)
      if (timer === null) timer = setTimeout(flushWaiting, interval)
    },
    /** Whether the process can't keep up with one flush in 50 ms for each generation. */
    get overloaded(): boolean {
      return overloaded
    },
    /** Flushes at once. */
    flushNow(flushable: Flushable): void {
      waiting.delete(flushable)
      flushable.flush()
    },
  }
}

/** The clock of this process. Measures the utilization four times a second. */
function processClock(): Clock {
  let measuredAt = performance.now()
  let before = performance.eventLoopUtilization()
  let utilization = 0
  return {
    now: () => performance.now(),
    utilization() {
      const now = performance.now()
      if (now - measuredAt < MEASURE_EVERY_MS) return utilization
      const current = performance.eventLoopUtilization()
      utilization = performance.eventLoopUtilization(current, before).utilization
      before = current
      measuredAt = now
      return utilization
    },
  }
}

/** How long deltas are joined, in milliseconds, at a utilization of the event loop (0 to 1) and a number of generations. */
export function intervalFor(utilization: number, flushesAtOnce: number): number {
  if (utilization > OVERLOADED_UTILIZATION && flushesAtOnce > OVERLOADED_FLUSHES) return FLUSH_OVERLOADED_MS
  const busy = (utilization - QUIET_UTILIZATION) / (BUSY_UTILIZATION - QUIET_UTILIZATION)
  return FLUSH_QUIET_MS + (FLUSH_BUSY_MS - FLUSH_QUIET_MS) * Math.min(1, Math.max(0, busy))
}
