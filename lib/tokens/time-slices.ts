import 'server-only'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { processSingleton } from '@/lib/process'

/** How long all counters of the process together may block the event loop. */
const SLICE_MS = 4

/** The time for counting, which all counters share. */
class TimeSlices {
  #deadline: number | null = null
  #queue: Promise<void> = Promise.resolve()

  /** When counting must yield, in this turn of the event loop. */
  get deadline(): number {
    if (this.#deadline === null) {
      this.#deadline = performance.now() + SLICE_MS
      setImmediate(() => {
        this.#deadline = null
      })
    }
    return this.#deadline
  }

  /** Runs `work` in slices until it returns true. Several callers take turns. */
  async run(work: (deadline: number) => boolean): Promise<void> {
    for (let done = false; !done; ) {
      this.#queue = this.#queue.then(async () => {
        if (performance.now() >= this.deadline) await nextTurn()
        done = work(this.deadline)
      })
      await this.#queue
    }
  }
}

export function timeSlices(): TimeSlices {
  return processSingleton('time slices', () => new TimeSlices())
}
