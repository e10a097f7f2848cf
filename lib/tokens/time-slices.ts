import 'server-only'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { processSingleton } from '@/lib/process'

/** How long all counters of the process together may keep the event loop. */
const TURN_MS = 4

/** The time that counting has, which is shared by all who count. */
class Turns {
  #until: number | null = null
  #line: Promise<void> = Promise.resolve()

  /** When counting is to let others have the event loop, in this turn of it. */
  get end(): number {
    if (this.#until === null) {
      this.#until = performance.now() + TURN_MS
      setImmediate(() => {
        this.#until = null
      })
    }
    return this.#until
  }

  /** Works on something, each time for what is left of a turn, until it is done. All who wait come by turns. */
  async work(untilDone: (end: number) => boolean): Promise<void> {
    for (let done = false; !done; ) {
      this.#line = this.#line.then(async () => {
        if (performance.now() >= this.end) await nextTurn()
        done = untilDone(this.end)
      })
      await this.#line
    }
  }
}

export function turns(): Turns {
  return processSingleton('turns of counting', () => new Turns())
}
