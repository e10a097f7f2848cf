import 'server-only'
import { performance } from 'node:perf_hooks'
import { log } from '@/lib/log'

const QUIET_MS = 8
const BUSY_MS = 50
const OVERLOADED_MS = 250
/** Event-loop utilisation at which joining starts, and at which it is at its most. */
const QUIET_UTILISATION = 0.04
const BUSY_UTILISATION = 0.15
/** Past both of these, a process cannot keep up at `BUSY_MS`: later text for all beats no text for some. */
const OVERLOADED_UTILISATION = 0.8
const OVERLOADED_FLUSHES = 150
const MEASURE_EVERY_MS = 250

/** Something with text that waits to be told to the readers. */
export interface Flushable {
  flush(): void
}

/** What the pace goes by: the time in milliseconds, and the event loop's utilisation (0 to 1) of late. */
export interface Clock {
  now(): number
  utilisation(): number
}

/**
 * Decides when text that has arrived is told to the readers. What costs is an event to each reader, not its length:
 * so a quiet generation flushes at once, and a busy process joins what comes within 8 to 50 ms into one event, for all
 * generations on one shared timer.
 */
export function createPace(clock: Clock = processClock()) {
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
    /** Flushes now when the last flush is long enough ago, else with the others at the next tick. */
    request(flushable: Flushable): void {
      if (waiting.has(flushable)) return
      const now = clock.now()
      const interval = intervalFor(clock.utilisation(), lastBatch)
      overloaded = interval === OVERLOADED_MS
      const last = flushedAt.get(flushable)
      if (last === undefined || now - last >= interval) {
        flushedAt.set(flushable, now)
        flushable.flush()
        return
      }
      waiting.add(flushable)
      if (timer === null) timer = setTimeout(flushWaiting, interval)
    },
    /** Whether the process cannot keep up at the pace of people. */
    get overloaded(): boolean {
      return overloaded
    },
    /** Flushes now, whatever waits. */
    now(flushable: Flushable): void {
      waiting.delete(flushable)
      flushable.flush()
    },
  }
}

/** This process's clock; the utilisation is measured four times a second. */
function processClock(): Clock {
  let measuredAt = performance.now()
  let before = performance.eventLoopUtilization()
  let utilisation = 0
  return {
    now: () => performance.now(),
    utilisation() {
      const now = performance.now()
      if (now - measuredAt < MEASURE_EVERY_MS) return utilisation
      const current = performance.eventLoopUtilization()
      utilisation = performance.eventLoopUtilization(current, before).utilization
      before = current
      measuredAt = now
      return utilisation
    },
  }
}

/** Milliseconds within which text is joined, for an event-loop utilisation (0 to 1) and so many generations at once. */
export function intervalFor(utilisation: number, flushesAtOnce: number): number {
  if (utilisation > OVERLOADED_UTILISATION && flushesAtOnce > OVERLOADED_FLUSHES) return OVERLOADED_MS
  const busy = (utilisation - QUIET_UTILISATION) / (BUSY_UTILISATION - QUIET_UTILISATION)
  return QUIET_MS + (BUSY_MS - QUIET_MS) * Math.min(1, Math.max(0, busy))
}
