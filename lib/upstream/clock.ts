import 'server-only'

/** A wait that can be put off. */
export interface Clock {
  /** The wait ends so many milliseconds from now, later or sooner than before. */
  setTo(ms: number): void
  stop(): void
}

/** One timer for all the waits of an answer: to put the end off costs no new one. Calls `onEnd` once the wait is over. */
export function startClock(ms: number, onEnd: () => void): Clock {
  let end = performance.now() + ms
  let due = end
  let timer = setTimeout(ring, ms)
  function ring(): void {
    const left = end - performance.now()
    if (left <= 0) onEnd()
    else arm(left)
  }
  function arm(wait: number): void {
    due = performance.now() + wait
    timer = setTimeout(ring, wait)
  }
  return {
    setTo(wait) {
      end = performance.now() + wait
      if (end >= due) return
      clearTimeout(timer)
      arm(wait)
    },
    stop: () => clearTimeout(timer),
  }
}
